#include <gtest/gtest.h>

#include "base/schema/node.h"
#include "base/schema/writer.h"

namespace vaettir::schema {
namespace {

struct Parsed {
  Report report;
  Node root;
};

Parsed parse(std::string text, const Environment& environment = {}) {
  Parsed out;
  SourceId source = out.report.add_source("f.yml", std::move(text));
  out.root = parse_yaml(source, environment, out.report);
  return out;
}

std::string json_of(std::string text, const Environment& environment = {}) {
  Parsed parsed = parse(std::move(text), environment);
  EXPECT_EQ(parsed.report.render(), "");
  return json::to_text(to_json(parsed.root));
}

TEST(Yaml, PlainScalarsFollowTheCoreSchema) {
  EXPECT_EQ(json_of("[true, False, null, ~, 12, -3, 1.5, 0x1F, yes, on, 010, .inf, '12', text]"),
            R"([true,false,null,null,12,-3,1.5,"0x1F","yes","on","010",".inf","12","text"])");
  Node list =
      parse("[010, 0o17, 0x1F, 1e3, .5, 1., yes, Yes, No, off, 1_000, +1, '', 2001:db8::1]").root;
  using Kind = Node::Kind;
  std::vector<Kind> expected = {Kind::kInteger, Kind::kInteger, Kind::kInteger, Kind::kNumber,
                                Kind::kNumber,  Kind::kNumber,  Kind::kString,  Kind::kString,
                                Kind::kString,  Kind::kString,  Kind::kString,  Kind::kInteger,
                                Kind::kString,  Kind::kString};
  ASSERT_EQ(list.elements.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); i++) {
    EXPECT_EQ(list.elements[i].kind, expected[i]) << i << ": " << list.elements[i].text;
  }
}

TEST(Yaml, MarksPointAtKeysAndValues) {
  Parsed parsed = parse("a:\n  bc: \"x y\"\n  d: [1, two]\n");
  const Entry& bc = parsed.root.entries[0].value.entries[0];
  EXPECT_EQ(bc.key_at, (Location{0, 2, 3, 2}));
  EXPECT_EQ(bc.value.at, (Location{0, 2, 7, 5}));
  EXPECT_EQ(bc.value.within(2, 1), (Location{0, 2, 10, 1}));
  const Node& two = parsed.root.entries[0].value.entries[1].value.elements[1];
  EXPECT_EQ(two.at, (Location{0, 3, 10, 3}));
}

TEST(Yaml, EscapedOrFoldedTextCannotBePointedInto) {
  Parsed parsed = parse("a: \"x\\ty\"\nb: >-\n  x\n  y\n");
  EXPECT_EQ(parsed.root.entries[0].value.text_column, 0U);
  EXPECT_EQ(parsed.root.entries[0].value.at, (Location{0, 1, 4, 6}));
  EXPECT_EQ(parsed.root.entries[1].value.text, "x y");
  EXPECT_EQ(parsed.root.entries[1].value.at, (Location{0, 2, 4, 1}));
}

TEST(Yaml, EmptyAndCommentOnlyFilesAreNull) {
  EXPECT_TRUE(parse("").root.is_null());
  EXPECT_TRUE(parse("# nothing\n").root.is_null());
}

TEST(Yaml, DuplicateKeysAreErrors) {
  Parsed parsed = parse("a: 1\nb: 2\na: 3\n");
  EXPECT_EQ(parsed.report.render(),
            "f.yml:3:1: error: 'a' is there twice\n    a: 3\n    ^ first in line 1\n");
  EXPECT_EQ(json::to_text(to_json(parsed.root)), R"({"a":1,"b":2})");
}

TEST(Yaml, MergeKeysOwnWinsThenTheEarlier) {
  EXPECT_EQ(json_of("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], a: 0}\n"),
            R"({"x":{"a":1,"b":1},"y":{"b":2,"c":2},"z":{"a":0,"b":1,"c":2}})");
  EXPECT_EQ(json_of("z: {\"<<\": text}\n"), R"({"z":{"<<":"text"}})");
}

TEST(Yaml, AliasesAreCopies) { EXPECT_EQ(json_of("a: &a [1]\nb: *a\n"), R"({"a":[1],"b":[1]})"); }

TEST(Yaml, AnAliasInsideItselfIsAnError) { EXPECT_TRUE(parse("a: &a [*a]\n").report.broken()); }

TEST(Yaml, AliasBombsEndAtTheNodeLimit) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; i++) {
    text += fmt::format("a{0}: &a{0} [", i);
    for (int k = 0; k < 10; k++) text += fmt::format("*a{}, ", i - 1);
    text += "]\n";
  }
  Parsed parsed = parse(text);
  ASSERT_EQ(parsed.report.sorted().size(), 1U);
  EXPECT_TRUE(parsed.report.sorted()[0].message.starts_with("more than 500000 values"));
}

TEST(Yaml, DeepNestingEndsInAnError) {
  EXPECT_TRUE(parse(std::string(100'000, '[')).report.broken());
  EXPECT_TRUE(parse(std::string(100'000, '{')).report.broken());
}

TEST(Yaml, SyntaxErrorsAreLocated) {
  Parsed parsed = parse("a: [1\nb: 2\n");
  ASSERT_EQ(parsed.report.sorted().size(), 1U);
  EXPECT_EQ(parsed.report.sorted()[0].at.line, 2U);
}

TEST(Yaml, KeysMustBeText) { EXPECT_TRUE(parse("? [a]\n: 1\n").report.broken()); }

TEST(Yaml, OneDocumentPerFile) {
  EXPECT_FALSE(parse("---\na: 1\n...\n").report.broken());
  EXPECT_TRUE(parse("a: 1\n---\nb: 1\n").report.broken());
}

TEST(YamlInterpolation, ThreeFormsAndTheEscape) {
  Environment environment = {{"A", "x"}, {"EMPTY", ""}};
  EXPECT_EQ(
      json_of("[\"${A}\", \"-${A}-\", \"${NO:-y}\", \"${EMPTY:-z}\", \"${EMPTY}\", \"$${A}\"]",
              environment),
      R"(["x","-x-","y","z","","${A}"])");
}

TEST(YamlInterpolation, EverythingElseStays) {
  EXPECT_EQ(
      json_of("[\"$1\", \"${1}\", \"$A\", \"${A-b}\", \"${A\", \"${}\", \"$\"]", {{"A", "x"}}),
      R"(["$1","${1}","$A","${A-b}","${A","${}","$"])");
}

TEST(YamlInterpolation, DefaultsMayNest) {
  EXPECT_EQ(json_of("\"${NO:-${A}/${NEITHER:-c}}\"", {{"A", "x"}}), R"("x/c")");
}

TEST(YamlInterpolation, PlainScalarsAreTypedAfterwards) {
  EXPECT_EQ(json_of("a: ${PORT}\nb: \"${PORT}\"\n", {{"PORT", "80"}}), R"({"a":80,"b":"80"})");
}

TEST(YamlInterpolation, ValuesAreNotParsedAsYaml) {
  EXPECT_EQ(json_of("a: ${EVIL}\n", {{"EVIL", "x\nb: 1"}}), R"({"a":"x\nb: 1"})");
}

TEST(YamlInterpolation, NeverUnderReplacementAndUsersNorInKeys) {
  EXPECT_EQ(json_of("replacement: \"${A}\"\nUsers: [\"u:${A}\"]\n\"${A}\": 1\n", {{"A", "x"}}),
            R"({"replacement":"${A}","Users":["u:${A}"],"${A}":1})");
}

TEST(YamlInterpolation, UnsetIsALocatedError) {
  Parsed parsed = parse("a: 1\nb: \"${NO} ${ALSO:?say why}\"\n");
  std::vector<Diagnostic> found = parsed.report.sorted();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].message, "'NO' is not set in the environment");
  EXPECT_EQ(found[1].message, "'ALSO' is not set: say why");
  EXPECT_EQ(found[0].at, (Location{0, 2, 4, 24}));
}

TEST(Yaml, WritesWhatItReads) {
  std::string text =
      R"({"a":"text","b":["x",{"c":1,"d":[]},["y"]],"e":{},"f":"1","g":"a: b","h":"","i":true,"@j":null,"k":"- x","l":"a #b"})";
  json::Value value = *json::parse(text);
  EXPECT_EQ(json_of(to_yaml(value)), text) << to_yaml(value);
}

}  // namespace
}  // namespace vaettir::schema
