import QtQuick

// The newest call in one set of colours: turn, arrow, desk; in one line on a lying screen, one over the other upright.
Rectangle {
    id: root

    required property var ui
    required property var view
    required property var call
    property color ink: "black"
    property color soft: "black"
    property bool isSpoken: true
    readonly property bool stacked: ui.portrait
    readonly property bool hasZone: call ? call.zone !== "" : false
    readonly property real pad: Math.round(ui.u * 40)
    readonly property real edge: Math.round(ui.u * 24) // over and under the words
    readonly property real inner: width - 2 * pad
    readonly property real captionHeight: Math.round(Math.min(ui.px("label") * 1.45, height * (stacked ? 0.12 : 0.22)))
    readonly property real arrowSide: Math.round(stacked ? Math.min(deskHeight * 0.9, inner * 0.22) : Math.min(deskHeight * 0.8, inner * 0.13))
    readonly property real free: height - 2 * edge - (stacked ? 2 : 1) * captionHeight
    readonly property real codeHeight: Math.round(stacked ? free * 0.54 : free)
    readonly property real codeWidth: Math.round(stacked ? inner : (inner - arrowSide - 2 * ui.gap) * (call && call.desk.length > 3 ? 0.5 : 0.57))
    readonly property real deskTop: stacked ? edge + 2 * captionHeight + codeHeight : edge + captionHeight
    readonly property real deskHeight: Math.round(stacked ? free * 0.46 : free)
    readonly property real deskStart: pad + (stacked ? 0 : codeWidth + ui.gap) + arrowSide + ui.gap
    readonly property real deskRoom: width - pad - deskStart
    readonly property real zoneShare: hasZone ? (stacked ? 0.5 : 0.34) : 0 // of the width upright, of the height lying
    readonly property real codeSize: code.size
    readonly property real deskSize: desk.size

    radius: ui.radius
    Accessible.role: Accessible.AlertMessage
    Accessible.name: call ? call.name : ""
    Accessible.ignored: !isSpoken || !visible

    function at(start, wide) {
        return ui.isRtl ? width - start - wide : start;
    }

    Label {
        objectName: "turnCaption"
        ui: root.ui
        x: root.at(root.pad, width)
        y: root.edge
        width: root.codeWidth
        height: root.captionHeight
        text: root.view.turn_caption
        color: root.soft
        size: root.ui.px("label")
        Accessible.ignored: true
    }

    Figures {
        id: code
        objectName: "heroCode"
        ui: root.ui
        x: root.at(root.pad, width)
        y: root.edge + root.captionHeight
        width: root.codeWidth
        height: root.codeHeight
        text: root.call ? root.call.code : ""
        color: root.ink
    }

    Label {
        objectName: "deskCaption"
        ui: root.ui
        x: root.at(root.stacked ? root.pad : root.deskStart, width)
        y: root.deskTop - height
        width: root.stacked ? root.inner : root.deskRoom
        height: root.captionHeight
        text: root.view.desk_caption
        color: root.soft
        size: root.ui.px("label")
        Accessible.ignored: true
    }

    Icon {
        x: root.at(root.deskStart - root.ui.gap - width, width)
        y: Math.round(root.deskTop + (root.deskHeight - height) / 2)
        name: "arrow"
        turns: true
        ink: root.soft
        side: root.arrowSide
    }

    Figures {
        id: desk
        objectName: "heroDesk"
        ui: root.ui
        x: root.at(root.deskStart, width)
        y: root.deskTop
        width: Math.round(root.deskRoom * (root.stacked ? 1 - root.zoneShare : 1))
        height: Math.round(root.deskHeight * (root.stacked ? 1 : 1 - root.zoneShare))
        text: root.call ? root.call.desk : ""
        color: root.ink
        most: root.stacked ? 10000 : code.size
    }

    Label {
        objectName: "heroZone"
        ui: root.ui
        x: root.at(root.stacked ? root.deskStart + desk.width + root.ui.gap : root.deskStart, width)
        y: root.stacked ? root.deskTop : root.deskTop + desk.height
        width: root.stacked ? root.deskRoom - desk.width - root.ui.gap : root.deskRoom
        height: root.stacked ? root.deskHeight : root.deskHeight - desk.height
        visible: root.hasZone
        text: root.call ? root.call.zone : ""
        color: root.ink
        size: root.ui.px("title") * 1.6
        wrapMode: Text.WordWrap
        Accessible.ignored: true
    }
}
