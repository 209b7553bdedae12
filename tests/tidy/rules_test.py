"""The checks find what they are for, say where, and leave good code alone."""

import unittest

import functions
import includes
import rules
from source import Source, blank


def found(rule, path, text):
    return [(line, what) for line, what, _ in rule(Source(path, text))]


class Blanking(unittest.TestCase):
    def test_comments_and_quotes_become_spaces_and_lines_stay(self):
        text = 'int a; // "x" {\nconst char* b = "y\\"{"; /* {\n */ char c = \'{\';\nint d = 1\'000;\n'
        blanked = blank(text)
        self.assertEqual(len(blanked), len(text))
        self.assertEqual(blanked.count('\n'), text.count('\n'))
        self.assertNotIn('{', blanked)
        self.assertIn("1'000", blanked)

    def test_raw_strings_end_at_their_own_delimiter(self):
        self.assertEqual(blank('a R"x(" )" { )x" b').split(), ['a', 'b'])

    def test_a_name_ending_in_R_does_not_open_a_raw_string(self):
        self.assertIn('after', blank('VAR"(" after'))


class IncludeRule(unittest.TestCase):
    def test_sideways_include_is_found_with_its_line(self):
        text = '// x\n#include "base/core/text.h"\n#include "gateway/plan.h"\n'
        self.assertEqual(found(rules.include_rule, 'engine/a.cpp', text), [(3, "engine includes 'gateway/plan.h'")])

    def test_what_a_neighbour_may_see_may_be_seen(self):
        self.assertEqual(found(rules.include_rule, 'base/http/a.h', '#include "base/core/text.h"\n'), [])
        self.assertEqual(found(rules.include_rule, 'base/http/a.h', '#include <openssl/ssl.h>\n'), [])

    def test_upward_include_is_found(self):
        self.assertEqual(len(found(rules.include_rule, 'base/core/a.h', '#include "base/async/task.h"\n')), 1)
        self.assertEqual(len(found(rules.include_rule, 'routes/a.h', '#include "base/net/socket.h"\n')), 1)

    def test_foreign_library_is_found(self):
        self.assertEqual(len(found(rules.include_rule, 'engine/a.cpp', '#include <yaml-cpp/yaml.h>\n')), 0)
        self.assertEqual(len(found(rules.include_rule, 'base/core/a.cpp', '#include <openssl/ssl.h>\n')), 1)

    def test_relative_include_is_found(self):
        self.assertEqual(len(found(rules.include_rule, 'routes/a.cpp', '#include "table.h"\n')), 1)
        self.assertEqual(found(rules.include_rule, 'routes/a.cpp', '#include "catalog.def"\n'), [])

    def test_the_four_houses_do_not_know_each_other(self):
        houses = ['gateway', 'acme', 'engine', 'runner']
        for house in houses:
            self.assertFalse(includes.reachable(house) & (set(houses) - {house}), house)


class Lengths(unittest.TestCase):
    def test_long_file_needs_its_reason(self):
        lines = ['int x;'] * 401
        self.assertEqual(len(found(rules.file_length, 'app/a.cpp', '\n'.join(lines))), 1)
        self.assertEqual(found(rules.file_length, 'app/a.cpp', '\n'.join(['// long because it is'] + lines)), [])
        twice = '\n'.join(['// long because it is'] + lines * 2)
        self.assertEqual(len(found(rules.file_length, 'app/a.cpp', twice)), 1)

    def test_function_is_measured_from_its_head_to_its_brace(self):
        body = '  f();\n' * 68
        self.assertEqual(found(rules.function_length, 'a.cpp', 'namespace n {\nvoid g() {\n' + body + '}\n}\n'), [])
        text = 'namespace n {\nvoid C::g(int a,\n    int b) {\n' + body + '}\n}  // namespace n\n'
        self.assertEqual(found(rules.function_length, 'a.cpp', text), [(2, "'C::g' has 71 lines")])

    def test_braces_in_text_and_tables_are_no_functions(self):
        text = 'constexpr T kTable[] = {\n' + '  {1, "{"},\n' * 100 + '};\nstruct S {\n' + '  int a;\n' * 100 + '};\n'
        self.assertEqual(list(functions.bodies(blank(text))), [])

    def test_member_functions_and_constructors_are_found(self):
        text = 'class A {\n public:\n  A(int b) : b_(b) {}\n  int f() const {\n    if (b_) {\n    }\n'
        text += '    return 1;\n  }\n};\n'
        self.assertEqual(
            [(name, first, last) for name, first, last in functions.bodies(text)], [('A', 3, 3), ('f', 4, 8)]
        )

    def test_template_parameters_do_not_make_a_type(self):
        text = 'template <class T>\nvoid f(T t) {\n}\n'
        self.assertEqual([name for name, _, _ in functions.bodies(text)], ['f'])

    def test_preprocessor_lines_are_no_code(self):
        text = '#include <a>\n#define B(x) \\\n  if (x) {\nint f() {\n}\n'
        self.assertEqual(list(functions.bodies(text)), [('f', 4, 5)])

    def test_columns(self):
        self.assertEqual(found(rules.columns, 'a.cpp', 'x' * 101 + '\n'), [(1, '101 columns')])
        self.assertEqual(found(rules.columns, 'a.cpp', 'x' * 100 + '\n'), [])


class Names(unittest.TestCase):
    def test_getters(self):
        self.assertEqual(found(rules.getters, 'a.h', '  int get_size() const;\n'), [(1, "'get_size'")])
        self.assertEqual(found(rules.getters, 'a.cpp', 'Result<int> A::get_size(int b) {\n'), [(1, "'get_size'")])
        self.assertEqual(found(rules.getters, 'a.cpp', '  auto x = document.get_array();\n  return get_x();\n'), [])

    def test_vague_names(self):
        self.assertEqual(len(found(rules.vague_names, 'base/util/a.h', '')), 1)
        self.assertEqual(len(found(rules.vague_names, 'gateway/pool_manager.h', '')), 1)
        self.assertEqual(found(rules.vague_names, 'gateway/pool.h', ''), [])

    def test_file_names(self):
        self.assertEqual(len(found(rules.file_names, 'app/Main.cpp', '')), 1)
        self.assertEqual(found(rules.file_names, 'app/main_loop.cpp', ''), [])

    def test_abbreviations(self):
        self.assertEqual(found(rules.abbreviations, 'a.cpp', 'int cfg = 1;  // cfg\n'), [(1, "'cfg'")])
        self.assertEqual(found(rules.abbreviations, 'a.cpp', 'auto& req_ = x;\n'), [(1, "'req_'")])
        self.assertEqual(found(rules.abbreviations, 'a.cpp', 'x = event->addr; y = lib::msg;\n'), [])

    def test_header_opening(self):
        self.assertEqual(len(found(rules.header_opening, 'a.h', '#pragma once\n')), 1)
        self.assertEqual(found(rules.header_opening, 'a.h', '// What.\n#pragma once\n'), [])


class Leftovers(unittest.TestCase):
    def test_unfinished(self):
        self.assertEqual(len(found(rules.unfinished, 'a.cpp', '// TO' + 'DO: later\n')), 1)
        self.assertEqual(found(rules.unfinished, 'a.sh', 'mktemp ' + 'X' * 6 + '\n'), [])

    def test_detached(self):
        self.assertEqual(len(found(rules.detached, 'a.cpp', '  thread.detach();\n')), 1)
        self.assertEqual(found(rules.detached, 'a.cpp', '  // never detach()\n'), [])


if __name__ == '__main__':
    unittest.main()
