#!/usr/bin/env python3
"""Records what ansible-core's line editors make of texts, into recorded.json beside this file.

Needs ansible-core 2.19 for the Python that runs it; the modules' own functions work on a file of a temporary folder, with
nothing of a run around them. record.py COUNT [SEED] makes that many random cases beside those of its list.
"""
import importlib
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Done(Exception):
    pass


class Module:
    """As much of AnsibleModule as the editors ask for."""
    check_mode, _diff, tmpdir = False, False, tempfile.mkdtemp()
    given = {}

    def __init__(self, argument_spec, **kwargs):
        self.params = {k: self.given.get(k, v.get('default')) for k, v in argument_spec.items()}
        self.params.setdefault('unsafe_writes', False)

    def exit_json(self, **result):
        raise Done(result)

    def fail_json(self, **result):
        raise Done({**result, 'failed': True})

    def warn(self, text):
        pass

    def boolean(self, value):
        return value

    def load_file_common_arguments(self, params):
        return {}

    def set_fs_attributes_if_different(self, *args, **kwargs):
        return False

    set_file_attributes_if_different = set_fs_attributes_if_different

    def atomic_move(self, src, dest, **kwargs):
        shutil.move(src, dest)


def run(name, params, before):
    module = importlib.import_module(f'ansible.modules.{name}')
    module.AnsibleModule = Module
    path = os.path.join(Module.tmpdir, 'file')
    with open(path, 'wb') as f:
        f.write(before.encode('latin1'))
    Module.given = {'path': path, 'create': False, **params}
    try:
        module.main()
    except Done as done:
        result = done.args[0]
    except Exception as error:
        result = {'failed': True, 'msg': str(error)}
    with open(path, 'rb') as f:
        after = f.read().decode('latin1')
    kept = {k: result[k] for k in ('msg', 'found', 'failed') if k in result}
    return {'module': name, 'params': params, 'before': before, 'after': after, **kept}


LINES = ['one', 'two=2', 'two=22', 'three', '', '  two=2', '# two=2', 'a\\1b', 'one two', '\xc3\xa9t\xc3\xa9', 'x\t', 'one\r']
PATTERNS = ['^two', 'two=(\\d+)', '^one$', 'none', '', '(?i)^TWO', '^\\s*#?\\s*two=', 'e$', '(o)(n)?e', '\\w+', '\xe9', '.', '^$', '(?P<k>two)=', '[a-t]+$', '\\bone\\b']
TEMPLATES = ['one', 'two=3', 'new', '\\1', '\\g<1>x', '\\g<k>', 'two=22', 'a\\1b', '\xe9', 'l\\n', 'x\ny', '\\0', 'one\n', '\\2!']
MARKS = ['# {mark} ANSIBLE MANAGED BLOCK', '{mark} x', '; {mark}']


def text(rng, lines):
    chosen = [rng.choice(lines) for _ in range(rng.randrange(0, 6))]
    joined = rng.choice(['\n', '\n', '\n', '\r\n']).join(chosen)
    return joined + (rng.choice(['\n', '\n', '']) if chosen else '')


def maybe(rng, params, name, values, odds=0.4):
    if rng.random() < odds:
        params[name] = rng.choice(values)


def lineinfile(rng):
    params = {'state': rng.choice(['present', 'present', 'absent'])}
    maybe(rng, params, 'line', TEMPLATES, 0.9)
    maybe(rng, params, rng.choice(['regexp', 'regexp', 'search_string']), PATTERNS, 0.6)
    maybe(rng, params, rng.choice(['insertafter', 'insertbefore']), PATTERNS + ['EOF', 'BOF'], 0.5)
    maybe(rng, params, 'firstmatch', [True])
    if 'search_string' not in params:
        maybe(rng, params, 'backrefs', [True], 0.3)
    return run('lineinfile', params, text(rng, LINES))


def blockinfile(rng):
    marker = rng.choice(MARKS)
    lines = LINES + [marker.replace('{mark}', m) for m in ('BEGIN', 'END')] * 4
    params = {'state': rng.choice(['present', 'present', 'present', 'absent']), 'marker': marker}
    maybe(rng, params, 'block', ['a=1\nb=2', 'old\n', '', 'x\r\ny', '\n', 'two=2'], 0.9)
    maybe(rng, params, rng.choice(['insertafter', 'insertbefore']), PATTERNS + ['EOF', 'BOF', '(?m)^two=2\\n', '(?im)^ONE$'], 0.5)
    maybe(rng, params, 'append_newline', [True], 0.3)
    maybe(rng, params, 'prepend_newline', [True], 0.3)
    return run('blockinfile', params, text(rng, lines))


def replace(rng):
    params = {'regexp': rng.choice(PATTERNS)}
    maybe(rng, params, 'replace', TEMPLATES, 0.8)
    maybe(rng, params, 'after', PATTERNS + ['two=2\\n'], 0.3)
    maybe(rng, params, 'before', PATTERNS, 0.3)
    return run('replace', params, text(rng, LINES + ['a\xff', '\xc3', '\xe2\x82\xac']))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    cases = [make(rng) for make in (lineinfile, blockinfile, replace) for _ in range(count)]
    out = sys.argv[3] if len(sys.argv) > 3 else HERE / 'recorded.json'
    with open(out, 'w') as f:
        f.write('[\n' + ',\n'.join(json.dumps(case) for case in cases) + '\n]\n')


if __name__ == '__main__':
    main()
