"""The rows of cameras: what is drawn in their pictures, and looking through them while drawing."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import camera_views, cameras
from edge.adapters.http.shapes.cameras import (
    Done,
    GroupCard,
    LayoutChecked,
    LayoutDraft,
    LayoutNow,
    LayoutVersion,
    LayoutWish,
    RollBack,
    ViewNow,
    ViewStarted,
    ViewWish,
    WalkResult,
    WalkWish,
)
from edge.adapters.http.table.rows import DEVICE, INSTALLS, TECHNICAL
from edge.contracts.cameras import CounterLayout, SetupFrame

_GROUP = "/api/v1/cameras/{group}"
_VIEW = "/api/v1/camera-views/{session}"
_LAYOUT_LIMIT = 500_000  # bytes of a layout

PAGES: tuple[Endpoint, ...] = (
    TECHNICAL.page("/cameras", cameras.cameras, "Cameras and how they see"),
    TECHNICAL.live("/cameras/live", cameras.cameras_live, "The same live"),
    TECHNICAL.page(
        "/cameras/{group}/{camera}",
        cameras.editor,
        "Draw lines, zones and masks; look through the camera",
        refuses=(404,),
    ),
    TECHNICAL.live(
        "/cameras/{group}/{camera}/live",
        cameras.editor_live,
        "What the counter makes of it, and the history, live",
        refuses=(404,),
    ),
)

_LAYOUTS: tuple[Endpoint, ...] = (
    TECHNICAL.get("/api/v1/cameras", cameras.groups, "Counters and their cameras", list[GroupCard]),
    TECHNICAL.get(
        f"{_GROUP}/layout",
        cameras.layout,
        "What is to be counted where, and what its counter makes of it",
        LayoutNow,
        refuses=(404,),
    ),
    INSTALLS.put(
        f"{_GROUP}/layout",
        cameras.save,
        LayoutWish,
        "Save a new version; 409 when `version` is not the newest any more",
        CounterLayout,
        refuses=(400, 404, 409, 413),
        limit=_LAYOUT_LIMIT,
    ),
    INSTALLS.post(
        f"{_GROUP}/layout/check",
        cameras.check,
        LayoutDraft,
        "What would be refused of shapes that are not saved yet",
        LayoutChecked,
        refuses=(400, 404, 413),
        limit=_LAYOUT_LIMIT,
    ),
    INSTALLS.post(
        f"{_GROUP}/layout/rollback",
        cameras.roll_back,
        RollBack,
        "Take an earlier version up again, as a new one",
        CounterLayout,
        refuses=(400, 404, 409),
    ),
    TECHNICAL.get(
        f"{_GROUP}/layout/history",
        cameras.history,
        "The newest 50 versions: who, when, why, and which shapes changed",
        list[LayoutVersion],
        refuses=(404,),
    ),
    TECHNICAL.get(
        f"{_GROUP}/layout/history/{{version}}", cameras.old_layout, "One version", CounterLayout, refuses=(400, 404)
    ),
)

_VIEWS: tuple[Endpoint, ...] = (
    INSTALLS.post(
        f"{_GROUP}/{{camera}}/view",
        camera_views.start,
        ViewWish,
        "Look through a camera for ten minutes at most; written to the log",
        ViewStarted,
        status=201,
        refuses=(400, 404),
    ),
    INSTALLS.get(
        _VIEW,
        camera_views.look,
        "The newest pixelated picture; a session that nobody asks for ends after three seconds",
        ViewNow,
        refuses=(404,),
    ),
    INSTALLS.delete(_VIEW, camera_views.stop, "Look no longer", Done, refuses=(404,)),
    INSTALLS.post(
        f"{_VIEW}/walk",
        camera_views.walk,
        WalkWish,
        "Write down a walk test: how many passages were walked, and how many were counted",
        WalkResult,
        refuses=(400, 404),
    ),
    DEVICE.put(
        "/api/v1/device/camera-views/{session}",
        camera_views.receive,
        SetupFrame,
        "A counter's pixelated picture, kept in memory until the next one; 404 when nobody looks",
        Done,
        refuses=(400, 403, 404, 413),
        limit=camera_views.FRAME_LIMIT,
    ),
)

API: tuple[Endpoint, ...] = (*_LAYOUTS, *_VIEWS)
