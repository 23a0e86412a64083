"""The routes of cameras: what is drawn in their pictures, and looking through them while drawing."""

from __future__ import annotations

from edge.adapters.http import camera_shapes as shapes
from edge.adapters.http.endpoint import Access, Endpoint, Kind, get, post, put
from edge.adapters.http.routes import camera_views, cameras
from edge.adapters.http.shapes import Nothing
from edge.contracts.cameras import CounterLayout, SetupFrame
from edge.runtime.weblogin import Role

_JSON, _STREAM = Kind.JSON, Kind.STREAM
_STAFF, _DEVICE = Access.STAFF, Access.DEVICE
_TECHNICAL = frozenset({Role.TECHNICIAN, Role.MANAGER})
_INSTALLS = frozenset({Role.TECHNICIAN})
_SAYS_NO = (401, 403)
_LAYOUT_LIMIT = 500_000  # bytes of a layout

CAMERA_PAGES: tuple[Endpoint, ...] = (
    get("/cameras", cameras.cameras, "Cameras and how they see", access=_STAFF, roles=_TECHNICAL),
    get("/cameras/live", cameras.cameras_live, "The same live", _STREAM, access=_STAFF, roles=_TECHNICAL),
    get(
        "/cameras/{group}/{camera}",
        cameras.editor,
        "Draw lines, zones and masks; look through the camera",
        access=_STAFF,
        roles=_TECHNICAL,
        problems=(404,),
    ),
    get(
        "/cameras/{group}/{camera}/live",
        cameras.editor_live,
        "What the counter makes of it, and the history, live",
        _STREAM,
        access=_STAFF,
        roles=_TECHNICAL,
        problems=(404,),
    ),
)

CAMERA_API: tuple[Endpoint, ...] = (
    get(
        "/api/v1/cameras",
        cameras.groups,
        "Counters and their cameras",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=list[shapes.GroupCard],
        problems=_SAYS_NO,
    ),
    get(
        "/api/v1/cameras/{group}/layout",
        cameras.layout,
        "What is to be counted where, and what its counter makes of it",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=shapes.LayoutNow,
        problems=(*_SAYS_NO, 404),
    ),
    put(
        "/api/v1/cameras/{group}/layout",
        cameras.save,
        shapes.LayoutWish,
        "Save a new version; 409 when `version` is not the newest any more",
        access=_STAFF,
        roles=_INSTALLS,
        answer=CounterLayout,
        problems=(400, *_SAYS_NO, 404, 409, 413),
        limit=_LAYOUT_LIMIT,
    ),
    post(
        "/api/v1/cameras/{group}/layout/check",
        cameras.check,
        shapes.LayoutDraft,
        "What would be refused of shapes that are not saved yet",
        _JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=shapes.LayoutChecked,
        problems=(400, *_SAYS_NO, 404, 413),
        limit=_LAYOUT_LIMIT,
    ),
    post(
        "/api/v1/cameras/{group}/layout/rollback",
        cameras.roll_back,
        shapes.RollBack,
        "Take an earlier version up again, as a new one",
        _JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=CounterLayout,
        problems=(400, *_SAYS_NO, 404, 409),
    ),
    get(
        "/api/v1/cameras/{group}/layout/history",
        cameras.history,
        "The newest 50 versions: who, when, why, and which shapes changed",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=list[shapes.LayoutVersion],
        problems=(*_SAYS_NO, 404),
    ),
    get(
        "/api/v1/cameras/{group}/layout/history/{version}",
        cameras.old_layout,
        "One version",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=CounterLayout,
        problems=(400, *_SAYS_NO, 404),
    ),
    post(
        "/api/v1/cameras/{group}/{camera}/view",
        camera_views.start,
        Nothing,
        "Look through a camera for ten minutes at most; written to the log",
        _JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=shapes.ViewStarted,
        status=201,
        problems=(*_SAYS_NO, 404),
    ),
    get(
        "/api/v1/camera-views/{session}",
        camera_views.look,
        "The newest pixelated picture; a session that nobody asks for ends after three seconds",
        _JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=shapes.ViewNow,
        problems=(*_SAYS_NO, 404),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/camera-views/{session}",
        handler=camera_views.stop,
        summary="Look no longer",
        kind=_JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=shapes.Done,
        problems=(*_SAYS_NO, 404),
    ),
    post(
        "/api/v1/camera-views/{session}/walk",
        camera_views.walk,
        shapes.WalkWish,
        "Write down a walk test: how many passages were walked, and how many were counted",
        _JSON,
        access=_STAFF,
        roles=_INSTALLS,
        answer=shapes.WalkResult,
        problems=(400, *_SAYS_NO, 404),
    ),
    put(
        "/api/v1/device/camera-views/{session}",
        camera_views.receive,
        SetupFrame,
        "A counter's pixelated picture, kept in memory until the next one; 404 when nobody looks",
        access=_DEVICE,
        answer=shapes.Done,
        problems=(400, 401, 403, 404, 413),
        limit=camera_views.FRAME_LIMIT,
    ),
)
