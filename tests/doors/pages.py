"""Every page that there is to look at, by a name; the walk fails for a route that no address here leads to.

In braces stands what `test_walk` makes first: `{list}` the key of a list, `{confirm}` a token from a mail, and so on.
"""

PAGES = {
    "front": "/",
    "editions": "/edition",
    "search": "/search?q=reading+tides&has=code",
    "results": "/search?q=reading+tides",
    "recent": "/search?q=reading+tides+cat:cs.LG+-moss&sort=recent",
    "unknown word": "/search?q=raeding+tides",
    "varied": "/paper/arxiv:2601.00003?diversity=0.6",
    "how to search": "/search",
    "nothing found": '/search?q="tides of salt" has:demo',
    "bad search": "/search?q=tides&page=0",
    "paper": "/paper/arxiv:2601.00003",
    "gone code": "/paper/arxiv:2601.00005",
    "shelf paper": "/paper/arxiv:1904.09730",
    "subscribe": "/subscribe",
    "search by mail": "/subscribe/search?q=reading+tides",
    "asked": "/subscribe/asked",
    "sign in": "/sign-in",
    "sign-in asked": "/sign-in/asked",
    "submit": "/submit?q=2601.00001",
    "trending": "/trending",
    "trending, month of a category": "/trending?window=month&order=past&category=cs.CV",
    "ranking": "/about/trending",
    "sources": "/about/sources",
    "about": "/about",
    "not found": "/nothing",
    "bad token": "/subscription?token=x",
}

# For readers who are signed in, and for editors; to others they are closed.
OWN = {
    "own page": "/me",
    "export": "/me/export",
    "deleting": "/me/delete",
    "desk": "/desk",
    "desk of today": "/desk/{day}",
    "desk of the week": "/desk/{week}",
    "proof": "/desk/{day}/proof",
}
PAGES |= {
    "edition": "/edition/{day}",
    "month of editions": "/edition?month=2020-01",
    "newest edition": "/edition/latest",
    "confirm": "/subscription/confirm?token={confirm}",
    "subscription": "/subscription?token={managed}",
    "next mail": "/subscription/next?token={managed}",
    "end": "/subscription/end?token={managed}",
    "sign-in link": "/sign-in/link?token={enter}",
    "deleted": "/me/deleted",
    "public list": "/list/{list}",
    "own list": "/list/{own}",
    "reader": "/reader/{reader}",
    "comment": "/comment/{comment}",
    "talk": "/paper/arxiv:2601.00004",
}
# What is no page: files, pictures, feeds, and doors that lead on.
FILES = {
    "suggestions": "/search/suggest?q=tides+on",
    "citation": "/paper/arxiv:2601.00003/cite.bib",
    "reuse card": "/paper/arxiv:2601.00003/reuse.jsonld",
    "counts": "/paper/arxiv:2601.00003/attention.csv",
    "list as a file": "/list/{list}/papers.ris",
    "picture of a paper": "/preview/0/paper/arxiv:2601.00003.png",
    "picture of an edition": "/preview/0/edition/{day}.png",
    "robots": "/robots.txt",
    "map": "/sitemap.xml",
    "part of the map": "/sitemap/papers-0.xml",
    "old icon": "/favicon.ico",
    "daily feed": "/feeds/daily.atom",
    "feed of a search": "/feeds/search.atom?q=tides",
    "feed of what trends": "/feeds/trending.atom",
    "health": "/healthz",
    "readiness": "/readyz",
    "to the provider": "/sign-in/openid",
    "back from the provider": "/sign-in/openid/back",
}
