"""The table and what is printed of it."""

import re
from typing import Any, get_args

import pytest

from gomem_core.go import events
from gomem_core.lang import BY_WORD, REGISTRY, CommandSpec, ParseError, help_text, parse, table_heap, table_look, table_objects
from gomem_core.lang import commands as c
from gomem_core.lang import moves as m
from gomem_core.lang.conditions import COMPARISONS, EVENT_WORDS, EVENTS, EXPECT_WORDS, GROUPS
from gomem_core.lang.names import RESERVED
from gomem_core.lang.quantities import QUANTITIES

SPECS = pytest.mark.parametrize("spec", REGISTRY, ids=lambda spec: spec.name)


def commands_of(script: str) -> list[c.Command | None]:
    return [parse(line) for line in script.splitlines()]


@SPECS
def test_examples_are_scripts_that_end_with_the_command(spec: CommandSpec) -> None:
    assert spec.examples
    for script in spec.examples:
        assert None not in commands_of(script)
        assert re.split(r"[ (]", script.splitlines()[-1])[0] == spec.name


@SPECS
def test_every_form_has_an_example(spec: CommandSpec) -> None:
    seconds = {script.splitlines()[-1].split()[1] for script in spec.examples if " " in script.splitlines()[-1]}
    assert set(spec.choices) - {"spans", "span"} <= seconds


def test_examples_show_every_kind_of_command() -> None:
    shown = {type(command) for spec in REGISTRY for script in spec.examples for command in commands_of(script)}
    assert shown == set(get_args(c.Command))


def test_examples_use_only_objects_that_exist() -> None:
    for script in (script for spec in REGISTRY for script in spec.examples):
        born: set[str] = set()
        unnamed = 0
        for command in commands_of(script):
            if isinstance(command, c.Alloc):
                for number in range(1, command.times + 1):
                    if command.name is None:
                        unnamed += 1
                        born.add(f"o{unnamed}")
                    else:
                        born.add(command.name if command.times == 1 else f"{command.name}.{number}")
            used = {value.name for value in mentioned(command) if isinstance(value, c.ByName)}
            for value in mentioned(command):
                if isinstance(value, c.ByRange):
                    used |= {f"{value.prefix}{number}" for number in range(value.first, value.last + 1)}
            if isinstance(command, c.Drop) and command.chooses:  # a name then means its numbered objects too
                used = {name if name in born else f"{name}.1" for name in used}
            assert used <= born, script


def mentioned(command: c.Command | None) -> list[Any]:
    if isinstance(command, c.Drop):
        return list(command.targets)
    return [getattr(command, field) for field in ("src", "dst", "target") if hasattr(command, field)]


@pytest.mark.parametrize("topic", [None, *BY_WORD])
def test_no_text_ends_in_the_middle_of_a_sentence(topic: str | None) -> None:
    text = help_text(topic)
    for opening, closing in ("()", "[]"):
        assert text.count(opening) == text.count(closing)
    paragraphs = [BY_WORD[topic].summary, *BY_WORD[topic].help.splitlines()] if topic is not None else []
    assert all(paragraph.endswith((".", ".)")) for paragraph in paragraphs)


@pytest.mark.parametrize("about", [*EVENTS.values(), *(q.help for q in QUANTITIES.values())])
def test_what_is_said_of_a_word_is_whole(about: str) -> None:
    assert about.count("(") == about.count(")")
    assert about.count("`") % 2 == about.count('"') % 2 == 0
    assert about[-1] not in " ,:;(-"
    assert about.rsplit(maxsplit=1)[-1] not in {"a", "an", "and", "at", "by", "from", "of", "or", "that", "the", "with"}


def test_brackets_belong_to_the_sentence() -> None:
    assert EVENTS["pointer_written"].endswith("where `old` was before (0: nil)")


def test_words_are_unique() -> None:
    words = [word for spec in REGISTRY for word in (spec.name, *spec.aliases)]
    assert len(words) == len(set(words)) == len(BY_WORD)
    assert "u" not in words  # the explorer's key for going back


def test_words_that_only_serve_suggestions_are_no_commands() -> None:
    assert not {word for spec in REGISTRY for word in spec.meant} & set(BY_WORD)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("alloc", "alloc SIZE [noscan|scan|head] [every 4] [as NAME] [times N] | alloc TYPE [as NAME] [times N]"),
        ("drop", "drop TARGET... [every K|N% [seed S]] [size OP SIZE]"),
        ("link", "link A.SLOT B"),
        ("unlink", "unlink A.SLOT"),
        ("churn", "churn N [seed S] [live SIZE] [sizes small|mixed|web|large]"),
        ("gc", "gc | gc mark | gc sweep [N]"),
        ("gogc", "gogc PCT|off"),
        ("scavenge", "scavenge [AGE]"),
        ("p", "p K"),
        ("find", "find NAME|0xADDR"),
        ("advise", "advise"),
        ("invariants", "invariants [cheap|lists|full]"),
        ("help", "help [COMMAND]"),
        ("back", "back [N]"),
        ("goto", "goto N|MARK|start|end"),
        ("until", "until EVENT|QUANTITY OP NUMBER"),
        ("say", "say [TEXT]"),
        ("save", "save FILE"),
        ("focus", "focus PANE..."),
        ("select", "select NAME|0xADDR"),
    ],
)
def test_form(name: str, form: str) -> None:
    assert BY_WORD[name].form == form


def test_closed_sets_are_those_of_the_commands() -> None:
    assert set(BY_WORD["show"].choices) == set(get_args(c.Topic)) | set(get_args(c.Thing))
    sizes = next(clause for clause in BY_WORD["churn"].shapes[0].clauses if clause.field == "sizes")
    assert sizes.operand is not None
    assert sizes.operand.choices == get_args(c.ChurnSizes)
    assert BY_WORD["invariants"].shapes[0].operands[0].choices == get_args(c.Level)
    assert BY_WORD["focus"].shapes[0].operands[0].choices == get_args(m.Pane)
    assert BY_WORD["expect"].choices["served"].operands[0].choices == get_args(m.Served)
    assert set(COMPARISONS.values()) == set(get_args(m.Comparison))
    kinds = [word for clause in BY_WORD["alloc"].shapes[0].clauses if clause.field == "kind" for word in clause.words]
    assert [{"every": "every4"}.get(word, word) for word in kinds] == [*get_args(c.Kind)]


def test_events_are_those_that_the_allocator_tells() -> None:
    assert set(EVENTS) == {kind.kind for kind in events.Event.__subclasses__()}
    assert set(GROUPS.values()) <= set(EVENTS)
    assert not set(GROUPS) & set(EVENTS), "a group's word would hide an event"
    assert not set(EVENT_WORDS) & set(QUANTITIES), "`until NAME` would be two things"
    assert not set(EXPECT_WORDS) & set(QUANTITIES), "`expect NAME` would be two things"
    assert set(EXPECT_WORDS) == set(BY_WORD["expect"].choices)


def test_reserved_words() -> None:
    assert {
        "alloc",
        "show",
        "noscan",
        "scan",
        "head",
        "as",
        "times",
        "all",
        "off",
        "mark",
        "sweep",
    } <= RESERVED
    assert {"seed", "live", "sizes", "spans", "bitmap", "back", "goto"} <= RESERVED
    specs = (*table_objects.SPECS, *table_heap.SPECS, *table_look.SPECS, BY_WORD["help"])
    words = {word for spec in specs for word in spec.words() if len(word) > 1} - {
        "advise",
        "every",
        "fit",
    }  # a file may have such an object
    assert words | {"all", "off", "back", "goto"} == RESERVED
    assert not {"p", "a", "mem", "inv", "small", "full"} & RESERVED
    assert not {"pause", "open", "save", "say", "focus", "branch", "start", "end", "grow", "heap_live", "expect"} & RESERVED


def test_overview_names_every_command_once() -> None:
    text = help_text(None)
    starts = [line.split()[0] for line in text.split("\n") if line.startswith("  ")]
    assert starts == [spec.name for spec in REGISTRY]
    for spec in REGISTRY:
        assert spec.summary in text


@SPECS
def test_help_on_a_command_tells_all_about_it(spec: CommandSpec) -> None:
    text = help_text(spec.name)
    flat = " ".join(text.split())
    assert text.startswith(spec.name)
    assert spec.summary in flat
    for form in spec.forms:
        assert form in text
    for alias in spec.aliases:
        assert help_text(alias) == text
        assert alias in text[text.index("Short:") :].split("\n")[0].replace(",", " ").split()
    for paragraph in spec.help.splitlines():
        assert paragraph in flat
    for script in spec.examples:
        assert "\n".join(f"  {line}" for line in script.splitlines()) in text
    for shape in spec.shapes:
        for clause in shape.clauses:
            assert all(about in flat for about in clause.words.values())


@pytest.mark.parametrize("topic", [None, *(spec.name for spec in REGISTRY)])
def test_help_fits_any_terminal(topic: str | None) -> None:
    text = help_text(topic)
    assert text.isascii()
    assert all(len(line) < 80 and line == line.rstrip() for line in text.split("\n"))


def test_help_on_show_lists_the_fields_of_filters() -> None:
    text = help_text("show")
    for words in ("show spans\n", "    waste ", "    state ", "    nonempty ", "    objects "):
        assert words in text


def test_help_on_until_lists_events_and_quantities() -> None:
    words = {line.split()[0] for line in help_text("until").split("\n") if line.startswith("  ")}
    assert {*EVENT_WORDS, *QUANTITIES} <= words


@pytest.mark.parametrize(("topic", "near"), [("alocc", "alloc"), ("ALLOC", "alloc"), ("malloc", "alloc"), ("zzz", None)])
def test_help_on_an_unknown_topic(topic: str, near: str | None) -> None:
    with pytest.raises(ParseError) as caught:
        help_text(topic)
    error = caught.value
    assert (error.column, error.width, error.suggestion) == (1, len(topic), near)
    assert error.message.endswith("is not a command; help lists them")
