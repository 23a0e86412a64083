"""Pictures of every page for people to look at: ``./o360 pictures`` writes docs/images/pages and docs/pages.md."""
