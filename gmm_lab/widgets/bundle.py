"""The view as one script and one style sheet: the modules in view/, joined at import, without Node."""

import re
from functools import cache
from pathlib import Path

from ..palette import COLORS

VIEW = Path(__file__).with_name("view")
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


@cache
def script() -> str:
    """All modules as one, each in a scope of its own, in the order in which they need each other."""
    done: dict[str, str] = {}
    _add("main", done)
    body = "".join(done.values())
    return f"{body}export default $main.default;\n"


@cache
def style() -> str:
    """view.css, with the colours of components 1 to 8 in front."""
    colors = "".join(
        f"--gmm-c{k}:color-mix(in oklab,white var(--gmm-x-lift,0%),{color});" for k, color in enumerate(COLORS, 1)
    )
    return f".gmm-explorable{{{colors}}}\n{(VIEW / 'view.css').read_text(encoding='utf-8')}"


def _add(name: str, done: dict[str, str]) -> None:
    """Put the module `name`, after those that it imports, into `done`."""
    source = (VIEW / f"{name}.js").read_text(encoding="utf-8")
    for _, other in IMPORT.findall(source):
        if other not in done:
            _add(other, done)
    # `import { a, b as c }` is a destructuring with another word for `as`.
    source = IMPORT.sub(lambda m: f"const {{{m[1].replace(' as ', ': ')}}} = ${m[2]};\n", source)
    names = EXPORT.findall(source)
    source = EXPORT.sub("", source)
    if "export default " in source:
        source, names = source.replace("export default ", "const defaultExport = "), ["default: defaultExport"]
    source = re.sub(r"^ *//.*\n", "", source, flags=re.MULTILINE)  # a reader has them in the modules
    done[name] = f"const ${name} = (() => {{\n{source}return {{ {', '.join(names)} }};\n}})();\n"
