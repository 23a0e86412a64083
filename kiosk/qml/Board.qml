import QtQuick

// One screen of an office. Sizes are in units of a 1920 x 1080 (or upright 1080 x 1920) picture times the text scale.
Item {
    id: root

    required property var board // BoardModel
    required property var theme // values of the design tokens
    readonly property var view: board.view

    readonly property bool portrait: height > width
    readonly property real u: portrait ? Math.min(width / 1080, height / 1920) : Math.min(width / 1920, height / 1080)
    readonly property real gap: Math.round(u * 28)
    readonly property real radius: Math.round(u * theme.radius)
    readonly property real outline: theme.outline > 0 ? Math.max(2, Math.round(u * theme.outline)) : 0
    readonly property real figureHeight: theme.figure_height
    readonly property var color: theme.color
    readonly property bool moves: theme.moves
    readonly property bool isRtl: view.is_rtl
    readonly property real pad: Math.round(u * 36)
    readonly property bool hasStrip: view.strip !== "none"
    readonly property bool isMoving: body.item ? body.item.isMoving : false
    readonly property real codeSize: body.item ? body.item.codeSize : 0
    readonly property real deskSize: body.item ? body.item.deskSize : 0

    function px(name) {
        return theme.px[name] * u * theme.scale;
    }

    function duration(name) {
        return theme.duration[name];
    }

    LayoutMirroring.enabled: isRtl
    LayoutMirroring.childrenInherit: true
    Accessible.role: Accessible.Pane
    Accessible.name: view.title === "" ? "Oficina 360" : view.title

    Rectangle {
        anchors.fill: parent
        color: root.color["board-bg"]
    }

    Header {
        id: header
        ui: root
        view: root.view
        x: root.pad
        y: Math.round(root.pad * 0.7)
        width: parent.width - 2 * root.pad
        height: Math.round(Math.max(root.px("title") * (root.portrait ? 2.3 : 1.25) + root.px("hint") * 1.35, root.px("clock") * 1.2))
    }

    Loader {
        id: body
        x: root.pad
        y: header.y + header.height + Math.round(root.gap * 0.7)
        width: parent.width - 2 * root.pad
        height: (root.hasStrip ? strip.y - root.gap : parent.height - root.pad) - y
        sourceComponent: root.board.variant === "door" ? door : hall
    }

    Component {
        id: hall
        Hall {
            ui: root
            view: root.view
        }
    }

    Component {
        id: door
        Door {
            ui: root
            view: root.view
        }
    }

    Strip {
        id: strip
        ui: root
        view: root.view
        x: root.pad
        y: parent.height - root.pad - height
        width: parent.width - 2 * root.pad
        height: Math.round(root.px("notice") * (root.portrait ? 3.2 : 2))
        visible: root.hasStrip
    }

    Identity {
        ui: root
        lines: root.view.identify
        x: header.x + (root.isRtl ? header.width - width : 0)
        y: header.y
        width: header.identityWidth
        height: header.height
        visible: root.view.identify.length > 0
    }
}
