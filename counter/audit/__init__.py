"""How well a camera counts: what was counted against what somebody saw, over a clip or live at the door."""
