"""The child process that runs typst: an order as JSON on stdin, the PDF on stdout. It imports nothing of the office."""

from __future__ import annotations

import json
import sys

import typst


def main() -> int:
    """Set what stdin orders; exit 1 with typst's words on stderr when it cannot be set."""
    order = json.loads(sys.stdin.buffer.read())
    try:
        pdf = typst.compile(
            order["template"],
            root=order["root"],
            font_paths=[order["fonts"]],
            ignore_system_fonts=True,
            sys_inputs={"data": order["data"]},
            pdf_standards=order["standards"],
            timestamp=order["at"],
        )
    except (typst.TypstError, RuntimeError) as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
