/** Colours of a picture that stands alone; a page gives these names its own. */
export const DIAGRAM_COLOURS = `.diagram{color-scheme:light dark;--d-ground:#fbfbf8;--d-card:#fff;--d-ink:#1a221e;--d-quiet:#5c665f;--d-line:#8b958e;--d-edge:#c9cec8;--d-frame:#f2f3ee;--d-wait:#e3eefb;--d-wait-edge:#5b87bd;--d-hook:#fdeccb;--d-hook-edge:#c08a1f;--d-write:#e2f2e8;--d-write-edge:#1b6440;--d-accent:#0b66c3;--d-bad:#a11d1d}
@media(prefers-color-scheme:dark){.diagram{--d-ground:#0f1316;--d-card:#1b2226;--d-ink:#e9eeec;--d-quiet:#a5b0ab;--d-line:#7d8984;--d-edge:#3a454a;--d-frame:#151b1f;--d-wait:#172a40;--d-wait-edge:#6f9fd8;--d-hook:#3a2c10;--d-hook-edge:#d6a444;--d-write:#14301f;--d-write-edge:#6fbf92;--d-accent:#7db8f5;--d-bad:#ffa69d}}
`;

/** How states, boxes and arrows look; `lit`, `here` and `failed` are set by pages. */
export const DIAGRAM_STYLE = `.diagram{font:500 13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
.diagram .ground{fill:var(--d-ground)}
.diagram text{fill:var(--d-ink)}
.diagram .name{font-weight:650}
.diagram .detail,.diagram .says,.diagram .count{font-size:11px;font-weight:450;fill:var(--d-quiet)}
.diagram .count{fill:var(--d-accent);font-weight:650}
.diagram .frame rect{fill:var(--d-frame);stroke:var(--d-edge)}
.diagram .lane>rect{fill:var(--d-ground)}
.diagram .box>rect{fill:var(--d-card);stroke-dasharray:5 4}
.diagram .box.write>rect{stroke:var(--d-write-edge);stroke-width:2;stroke-dasharray:none}
.diagram .aside>rect{fill:none;stroke-dasharray:2 4}
.diagram .heading .name{fill:var(--d-quiet)}
.diagram .heading text{paint-order:stroke;stroke:var(--d-frame);stroke-width:5;stroke-linejoin:round}
.diagram .heading.lane text,.diagram .heading.aside text{stroke:var(--d-ground)}
.diagram .heading.box text{stroke:var(--d-card)}
.diagram a{text-decoration:none;fill:inherit}
.diagram a:hover{text-decoration:underline}
.diagram .state>rect{fill:var(--d-card);stroke:var(--d-line)}
.diagram .state.page>rect,.diagram .state.lane>rect,.diagram .state.box>rect,.diagram .state.before>rect{fill:var(--d-frame);stroke-dasharray:8 3}
.diagram .state.waiting>rect{fill:var(--d-wait);stroke:var(--d-wait-edge)}
.diagram .state.hook>rect{fill:var(--d-hook);stroke:var(--d-hook-edge)}
.diagram .state.store>rect{fill:var(--d-write);stroke:var(--d-write-edge)}
.diagram .state.dead>rect{fill:none;stroke:var(--d-edge);stroke-dasharray:3 3}
.diagram .state.dead text{fill:var(--d-quiet)}
.diagram .state.dead .name{text-decoration:line-through}
.diagram .state.final>rect{fill:none}
.diagram .opening circle{fill:var(--d-ink)}
.diagram .way .line{fill:none;stroke:var(--d-line);stroke-width:1.3}
.diagram .way .head{fill:var(--d-line)}
.diagram .way.quiet .line{stroke-dasharray:4 3;opacity:.75}
.diagram .label rect{fill:var(--d-ground);opacity:.9}
.diagram .label.quiet .says{opacity:.85}
.diagram .state.lit>rect,.diagram .state.lit circle{stroke:var(--d-accent);stroke-width:2.5}
.diagram .way.lit .line{stroke:var(--d-accent);stroke-width:2.6;stroke-dasharray:none;opacity:1}
.diagram .way.lit .head{fill:var(--d-accent)}
.diagram .label.lit .says{fill:var(--d-accent);font-weight:650}
.diagram .state.here>rect,.diagram .state.here circle{stroke:var(--d-accent);stroke-width:4.5}
.diagram .state.final>rect+rect{stroke-width:1!important}
.diagram .state.failed>rect{stroke:var(--d-bad);stroke-width:4}
`;
