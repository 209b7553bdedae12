#include "engine/nodes/conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

struct Case {
  std::string_view type;
  std::string_view operation;
  std::string_view left;  // JSON; "" for undefined
  std::string_view right;
  std::string_view wanted;  // "yes", "no", or a part of the error
  std::string_view options = "{}";
  std::string_view right_type = "";
};

std::string decide(const Case& c) {
  json::ObjectBuilder op;
  op.set("type", json::Value(c.type));
  op.set("operation", json::Value(c.operation));
  if (!c.right_type.empty()) op.set("rightType", json::Value(c.right_type));
  json::ObjectBuilder condition;
  if (!c.left.empty()) condition.set("leftValue", *json::parse(c.left));
  if (!c.right.empty()) condition.set("rightValue", *json::parse(c.right));
  condition.set("operator", op.finish());
  json::ObjectBuilder filter;
  filter.set("options", *json::parse(c.options));
  filter.set("conditions", json::Value::array({condition.finish()}));
  filter.set("combinator", json::Value("and"));
  Patterns patterns;
  const Result<bool> answer = holds(filter.finish(), patterns);
  if (!answer) return std::string(answer.error().text());
  return *answer ? "yes" : "no";
}

void check(std::span<const Case> cases) {
  for (const Case& c : cases) {
    EXPECT_THAT(decide(c), HasSubstr(std::string(c.wanted)))
        << c.type << " " << c.operation << ": " << c.left << " / " << c.right << " " << c.options;
  }
}

constexpr std::string_view kLoose = R"({"typeValidation":"loose"})";
constexpr std::string_view kLoose2 = R"({"typeValidation":"loose","version":2})";
constexpr std::string_view kAnyCase = R"({"caseSensitive":false})";
constexpr std::string_view kV3 = R"({"version":3})";

TEST(Conditions, Existence) {
  const Case cases[] = {
      {"string", "exists", "", "", "no"},
      {"string", "exists", "null", "", "no"},
      {"string", "exists", R"("")", "", "yes"},
      {"number", "exists", "0", "", "yes"},
      {"number", "notExists", "", "", "yes"},
      {"boolean", "notExists", "false", "", "no"},
      {"object", "exists", "{}", "", "yes"},
      {"array", "notExists", "null", "", "yes"},
      {"dateTime", "exists", R"("2020-01-01")", "", "yes"},
  };
  check(cases);
}

TEST(Conditions, Strings) {
  const Case cases[] = {
      {"string", "empty", R"("")", "", "yes"},
      {"string", "empty", "", "", "yes"},
      {"string", "empty", "null", "", "yes"},
      {"string", "empty", R"("a")", "", "no"},
      {"string", "notEmpty", R"("a")", "", "yes"},
      {"string", "notEmpty", R"("")", "", "no"},
      {"string", "equals", R"("a")", R"("a")", "yes"},
      {"string", "equals", R"("a")", R"("A")", "no"},
      {"string", "equals", R"("a")", R"("A")", "yes", kAnyCase},
      {"string", "equals", R"("É")", R"("é")", "yes", kAnyCase},
      {"string", "equals", "", R"("")", "yes"},
      {"string", "notEquals", R"("a")", R"("b")", "yes"},
      {"string", "notEquals", R"("a")", R"("a")", "no"},
      {"string", "contains", R"("hello")", R"("ell")", "yes"},
      {"string", "contains", R"("hello")", R"("ELL")", "no"},
      {"string", "contains", R"("hello")", R"("ELL")", "yes", kAnyCase},
      {"string", "notContains", R"("hello")", R"("x")", "yes"},
      {"string", "startsWith", R"("hello")", R"("he")", "yes"},
      {"string", "startsWith", R"("hello")", R"("lo")", "no"},
      {"string", "notStartsWith", R"("hello")", R"("lo")", "yes"},
      {"string", "endsWith", R"("hello")", R"("lo")", "yes"},
      {"string", "endsWith", R"("hello")", R"("he")", "no"},
      {"string", "notEndsWith", R"("hello")", R"("he")", "yes"},
      {"string", "regex", R"("a1")", R"("/^[a-z]\\d$/")", "yes"},
      {"string", "regex", R"("A1")", R"("/^[a-z]\\d$/")", "no"},
      {"string", "regex", R"("A1")", R"("/^[a-z]\\d$/i")", "yes"},
      {"string", "regex", R"("A1")", R"("^[a-z]\\d$")", "yes", kAnyCase},
      {"string", "regex", R"("x\nb")", R"("/^b/m")", "yes"},
      {"string", "regex", R"("x\nb")", R"("/^b/")", "no"},
      {"string", "regex", R"("x\nb")", R"("/x.b/s")", "yes"},
      {"string", "regex", R"("a/b")", R"("/a\\/b/g")", "yes"},
      {"string", "regex", R"("é")", R"("/^\\u00e9$/")", "yes"},
      {"string", "regex", R"("x")", R"("/(?<name>x)/")", "yes"},
      {"string", "regex", R"("x\ny")", R"("/x[^]y/")", "yes"},
      {"string", "notRegex", R"("abc")", R"("/x/")", "yes"},
      {"string", "notRegex", R"("abc")", R"("/b/")", "no"},
      {"string", "regex", R"("abc")", R"("/(/")", "cannot be used as a regular expression"},
      {"string", "regex", R"("abc")", R"("/a(?=b)/")", "lookaround"},
      {"string", "equals", "5", R"("5")",
       "condition 1: the left value '5' is of type number, and string is expected"},
      {"string", "equals", R"("5")", "5", "the right value '5' is of type number"},
      {"string", "equals", "5", R"("5")", "yes", kLoose},
      {"string", "contains", R"({"a":1})", R"("a")", "yes", kLoose},
  };
  check(cases);
}

TEST(Conditions, Numbers) {
  const Case cases[] = {
      {"number", "empty", "", "", "yes"},
      {"number", "empty", "0", "", "no"},
      {"number", "notEmpty", "0", "", "yes"},
      {"number", "equals", "1", "1", "yes"},
      {"number", "equals", "1", "2", "no"},
      {"number", "equals", "", "1", "no"},
      {"number", "notEquals", "1", "2", "yes"},
      {"number", "gt", "2", "1", "yes"},
      {"number", "gt", "1", "1", "no"},
      {"number", "lt", "1", "2", "yes"},
      {"number", "gte", "2", "2", "yes"},
      {"number", "lte", "2", "2", "yes"},
      {"number", "lte", "3", "2", "no"},
      {"number", "gt", "", "1", "no"},
      {"number", "lt", "", "1", "no"},
      {"number", "gt", "null", "-1", "yes"},
      {"number", "gt", R"("5")", "1",
       "the left value '5' is of type string, and number is expected"},
      {"number", "gt", R"("5")", R"("1")", "yes", kLoose},
      {"number", "gt", R"("five")", "1",
       "the left value 'five' of type string cannot be converted to number", kLoose},
      {"number", "equals", R"("")", "1", "is of type string"},
      {"number", "equals", R"("")", "null", "yes", kV3},
      {"number", "equals", "[]", "null", "yes", kV3},
  };
  check(cases);
}

TEST(Conditions, Dates) {
  const Case cases[] = {
      {"dateTime", "empty", "", "", "yes"},
      {"dateTime", "notEmpty", R"("2020-01-01")", "", "yes"},
      {"dateTime", "equals", R"("2020-01-01T00:00:00Z")", R"("2020-01-01T01:00:00+01:00")", "yes"},
      {"dateTime", "notEquals", R"("2020-01-01")", R"("2020-01-02")", "yes"},
      {"dateTime", "after", R"("2020-01-02")", R"("2020-01-01")", "yes"},
      {"dateTime", "before", R"("2020-01-02")", R"("2020-01-01")", "no"},
      {"dateTime", "afterOrEquals", R"("2020-01-01")", R"("2020-01-01")", "yes"},
      {"dateTime", "beforeOrEquals", R"("2020-01-01")", R"("2020-01-01")", "yes"},
      {"dateTime", "after", "", R"("2020-01-01")", "no"},
      {"dateTime", "notEquals", R"("2020-01-01")", "", "no"},
      {"dateTime", "after", R"("soon")", R"("2020-01-01")",
       "the left value 'soon' is of type string, and dateTime"},
      {"dateTime", "after", R"("soon")", R"("2020-01-01")", "cannot be converted to dateTime",
       kLoose},
  };
  check(cases);
}

TEST(Conditions, Booleans) {
  const Case cases[] = {
      {"boolean", "empty", "null", "", "yes"},
      {"boolean", "notEmpty", "false", "", "yes"},
      {"boolean", "true", "true", R"("")", "yes"},
      {"boolean", "true", "false", R"("")", "no"},
      {"boolean", "true", "", "", "no"},
      {"boolean", "false", "false", "", "yes"},
      {"boolean", "false", "", "", "yes"},
      {"boolean", "equals", "true", "true", "yes"},
      {"boolean", "equals", "true", "false", "no"},
      {"boolean", "notEquals", "true", "false", "yes"},
      {"boolean", "true", R"("true")", "", "is of type string, and boolean is expected"},
      {"boolean", "true", R"("false")", "", "yes", kLoose},
      {"boolean", "true", R"("false")", "", "no", kLoose2},
      {"boolean", "true", R"("anything")", "", "yes", kLoose2},
      {"boolean", "false", R"("")", "", "yes", kLoose2},
      {"boolean", "true", "1", "", "yes", kLoose2},
  };
  check(cases);
}

TEST(Conditions, ArraysAndObjects) {
  const Case cases[] = {
      {"array", "contains", R"(["a","b"])", R"("a")", "yes", "{}", "any"},
      {"array", "contains", R"(["a","b"])", R"("A")", "no", "{}", "any"},
      {"array", "contains", R"(["a","b"])", R"("A")", "yes", kAnyCase, "any"},
      {"array", "contains", "[1,2]", "2", "yes", "{}", "any"},
      {"array", "contains", "[1,2]", R"("2")", "no", "{}", "any"},
      {"array", "contains", "", R"("2")", "no", "{}", "any"},
      {"array", "notContains", "[1,2]", "3", "yes", "{}", "any"},
      {"array", "lengthEquals", "[1,2]", "2", "yes", "{}", "number"},
      {"array", "lengthNotEquals", "[1,2]", "2", "no", "{}", "number"},
      {"array", "lengthGt", "[1,2]", "1", "yes", "{}", "number"},
      {"array", "lengthLt", "[1,2]", "1", "no", "{}", "number"},
      {"array", "lengthGte", "[1,2]", "2", "yes", "{}", "number"},
      {"array", "lengthLte", "[1,2]", "1", "no", "{}", "number"},
      {"array", "empty", "[]", "", "yes"},
      {"array", "empty", "", "", "yes"},
      {"array", "notEmpty", "[0]", "", "yes"},
      {"array", "empty", R"("[]")", "", "is of type string, and array is expected"},
      {"array", "lengthEquals", R"("[1, 2]")", R"("2")", "yes", kLoose, "number"},
      {"object", "empty", "{}", "", "yes"},
      {"object", "empty", "", "", "yes"},
      {"object", "notEmpty", R"({"a":1})", "", "yes"},
      {"object", "notEmpty", "{}", "", "no"},
      {"object", "empty", "[]", "", "is of type array, and object is expected"},
  };
  check(cases);
}

TEST(Conditions, UnknownOperationsAreNamed) {
  const Case cases[] = {
      {"string", "resembles", R"("a")", R"("a")", "there is no operation 'resembles' for string"},
      {"colour", "equals", R"("a")", R"("a")", "there is no type 'colour'"},
      {"object", "equals", "{}", "{}", "there is no operation 'equals' for object"},
  };
  check(cases);
}

bool combined(std::string_view combinator, std::initializer_list<bool> values) {
  std::vector<json::Value> conditions;
  for (const bool value : values) {
    conditions.push_back(*json::parse(fmt::format(
        R"({{"leftValue":{},"operator":{{"type":"boolean","operation":"true"}}}})", value)));
  }
  json::ObjectBuilder filter;
  filter.set("conditions", json::Value::array(conditions));
  filter.set("combinator", json::Value(combinator));
  Patterns patterns;
  return *holds(filter.finish(), patterns);
}

TEST(Conditions, AreCombined) {
  EXPECT_TRUE(combined("and", {true, true}));
  EXPECT_FALSE(combined("and", {true, false}));
  EXPECT_TRUE(combined("or", {false, true}));
  EXPECT_FALSE(combined("or", {false, false}));
  EXPECT_TRUE(combined("and", {}));
  EXPECT_TRUE(combined("or", {})) << "nothing is asked for, as in n8n";
}

}  // namespace
}  // namespace vaettir::engine
