// The heat map: the live part comes again every minute; a table that was opened stays open.

import { onDraw } from "./staff.js";
import { keepOpen } from "./opened.js";

onDraw(keepOpen());
