"""A text that was written for a screen, made ready for paper."""

from urllib.parse import urlsplit

from lxml import html
from markupsafe import Markup


def on_paper(body, path, code, address, words):
    """Return a mail's text (Markup) with what only a screen can do replaced.

    body: the text (HTML). path: of the page that its links to be replaced lead to.
    code: what takes the place of a link that stands by itself, such as a button (HTML); only the
    first has it, others leave. address: what is added to a link inside a sentence.
    words: {paragraph of the screen: the same on paper}, both without markup.
    """
    root = html.fragment_fromstring(body or "", create_parent="div")
    for paragraph in root.iter("p"):
        paper = words.get(_words(paragraph))
        if paper:
            paragraph.clear(keep_tail=True)
            paragraph.text = paper
    for link in [one for one in root.iter("a") if _leads_to(one, path)]:
        button = _alone(link, root)
        if button is None:
            link.append(html.Element("span"))
            link[-1].text = f" ({address})"
        else:
            if code:
                _put_before(button, code)
                code = None
            button.drop_tree()
    inner = (html.tostring(child, encoding="unicode") for child in root)
    return Markup((root.text or "") + "".join(inner))


def plain(markup):
    """The words of a piece of HTML, with single blanks."""
    return _words(html.fragment_fromstring(str(markup), create_parent="div"))


def _words(element):
    return " ".join(element.text_content().split())


def _leads_to(link, path):
    try:
        return urlsplit(link.get("href") or "").path == path
    except ValueError:
        # whatever somebody has typed there, it isn't our page
        return False


def _alone(link, root):
    """The outermost element that says nothing but the link; None if that stands in a sentence."""
    text, found = _words(link), None
    for element in (link, *link.iterancestors()):
        if element is root or _words(element) != text:
            break
        found = element
    return found if found is not link or _words(link.getparent()) == text else None


def _put_before(element, code):
    """Put HTML in front of an element."""
    parent, place = element.getparent(), element.getparent().index(element)
    for piece in reversed(html.fragments_fromstring(str(code).strip())):
        parent.insert(place, piece)
