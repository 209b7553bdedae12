#include <gtest/gtest.h>

#include <cmath>

#include "base/core/json.h"

namespace vaettir::json {
namespace {

Value parsed(std::string_view text) {
  Result<Value> value = parse(text);
  EXPECT_TRUE(value.has_value()) << text << ": " << value.error().text();
  return value ? *value : Value();
}

std::string problem(std::string_view text) {
  Result<Value> value = parse(text);
  if (value) return "accepted";
  EXPECT_EQ(value.error().cause(), Cause::kBadRequest);
  return std::string(value.error().text());
}

// The right column is what JSON.stringify(JSON.parse(left)) answers in JavaScript.
TEST(JsonParse, AnswersAsJavaScriptDoes) {
  struct Case {
    std::string_view input, output;
  };
  constexpr Case kCases[] = {
      {R"({"b":1,"a":2,"b":3})", R"({"b":3,"a":2})"},
      {R"({"10":1,"9":2,"a":3,"1":4,"01":5})", R"({"1":4,"9":2,"10":1,"a":3,"01":5})"},
      {R"({"4294967294":1,"x":0,"4294967295":2,"0":3})",
       R"({"0":3,"4294967294":1,"x":0,"4294967295":2})"},
      {R"({"a":1,"1":2,"a":3,"1":4})", R"({"1":4,"a":3})"},
      {R"("\ud800")", R"("\ud800")"},
      {R"("\udc00\ud800")", R"("\udc00\ud800")"},
      {R"("\ud83d\ude00")", R"("😀")"},
      {R"("\ud83d\ud83d\ude00")", R"("\ud83d😀")"},
      {R"("\u0000\u001f\u007f\u2028\u00e9")", R"("\u0000\u001f)"
                                              "\x7f"
                                              R"()"
                                              "\u2028"
                                              R"(é")"},
      {R"("\b\f\n\r\t\/\\\"")", R"("\b\f\n\r\t/\\\"")"},
      {R"(1e400)", R"(null)"},
      {R"(-1e400)", R"(null)"},
      {R"([1e400,-1e-400])", R"([null,0])"},
      {R"(123456789012345678901234567890)", R"(1.2345678901234568e+29)"},
      {R"(0.1e1)", R"(1)"},
      {R"(1E+2)", R"(100)"},
      {R"(-0)", R"(0)"},
      {R"([-0, -0.0, 0])", R"([0,0,0])"},
      {R"(100000000000000000000000000000000e-32)", R"(1)"},
      {R"(0e99999999999999999999)", R"(0)"},
      {R"(1e-99999999999999999999)", R"(0)"},
      {R"(1e99999999999999999999)", R"(null)"},
      {R"([[],{},[{}],{"a":[]}])", R"([[],{},[{}],{"a":[]}])"},
      {" \t\r\n [ 1 , 2 ] \n", R"([1,2])"},
      {R"(18446744073709551616)", R"(18446744073709552000)"},
      {R"(-9223372036854775809)", R"(-9223372036854776000)"},
      {R"(9007199254740993)", R"(9007199254740992)"},
      {R"({"":1})", R"({"":1})"},
      {R"({"__proto__":1,"constructor":2})", R"({"__proto__":1,"constructor":2})"},
      {R"("a/b")", R"("a/b")"},
      {R"({"\u0061":1,"a":2})", R"({"a":2})"},
      {R"(0.000001)", R"(0.000001)"},
      {R"(1e-7)", R"(1e-7)"},
      {R"({"k":"\ud800","n":1})", R"({"k":"\ud800","n":1})"},
  };
  for (const Case& each : kCases) {
    EXPECT_EQ(to_text(parsed(each.input)), each.output) << each.input;
  }
}

TEST(JsonParse, KeepsWhatSimdjsonRefuses) {
  EXPECT_TRUE(std::signbit(parsed("-0").number()));
  EXPECT_TRUE(std::signbit(parsed("[-0]")[0].number()));
  EXPECT_TRUE(std::signbit(parsed("{\"a\": -0 }")["a"].number()));
  EXPECT_TRUE(std::signbit(parsed("-0.0").number()));
  EXPECT_FALSE(std::signbit(parsed("0").number()));
  EXPECT_EQ(parsed("1e400").number(), HUGE_VAL);
  EXPECT_EQ(parsed("-1e400").number(), -HUGE_VAL);
  EXPECT_EQ(parsed("0.0000001e400").number(), HUGE_VAL);
  EXPECT_EQ(parsed("1" + std::string(400, '0') + "e-400").number(), 1.0);
  EXPECT_EQ(parsed("1" + std::string(400, '0')).number(), HUGE_VAL);
  EXPECT_EQ(parsed("[1e400,1e-400]")[1].number(), 0.0);
  EXPECT_EQ(parsed("5e-324").number(), 5e-324);
  EXPECT_EQ(parsed("\"\\ud800\"").string(), "\xed\xa0\x80");
  EXPECT_EQ(parsed("\"\\ud83d\\ude00\"").string(), "\xf0\x9f\x98\x80");
  EXPECT_EQ(parsed("\"2026-01-05 -0 \"").string(), "2026-01-05 -0 ");
  EXPECT_EQ(parsed("\xef\xbb\xbf{\"a\":1}")["a"].number(), 1);
  EXPECT_EQ(parsed("18446744073709551615").number(), 18446744073709551615.0);
}

TEST(JsonParse, RefusesWhatJavaScriptRefuses) {
  for (std::string_view text : {"",
                                "{",
                                "[",
                                "[1,]",
                                "{\"a\":1,}",
                                "{a:1}",
                                "{'a':1}",
                                "[1 2]",
                                "{\"a\" 1}",
                                "01",
                                "-",
                                "1.",
                                ".5",
                                "+1",
                                "1e",
                                "tru",
                                "nul",
                                "\"abc",
                                "\"\\x\"",
                                "\"\\u12\"",
                                "\"\t\"",
                                "[1]x",
                                "NaN",
                                "Infinity",
                                "undefined",
                                "--1",
                                "[,1]",
                                "{\"a\":}",
                                "{,}",
                                "// c\n1",
                                "\u00a01",
                                "1e+",
                                "\"\\",
                                "{\"a\":1",
                                "[1}",
                                "\"\\u00g0\"",
                                "- 1",
                                "0x10",
                                "1 2",
                                "\"\\ud800",
                                "[1e400,]",
                                "{\"a\":-0",
                                "]",
                                "}",
                                "[\"\\ud800\" 1]",
                                "\"\\u-123\"",
                                "\"\\u+123\""}) {
    EXPECT_NE(problem(text), "accepted") << text;
  }
}

TEST(JsonParse, NamesLineAndColumn) {
  EXPECT_EQ(problem(""), "line 1 column 1: a value expected, not the end");
  EXPECT_EQ(problem("{\n  \"a\": 1\n  \"b\": 2\n}"), "line 3 column 3: ',' or '}' expected");
  EXPECT_EQ(problem("[1, 2,]"), "line 1 column 7: a value expected");
  EXPECT_EQ(problem("{\"é\": x}"), "line 1 column 7: a value expected");
  EXPECT_EQ(problem("[1] 2"), "line 1 column 5: the document ends before this");
  EXPECT_EQ(problem("{\"a\":1,}"), "line 1 column 8: a member's name in double quotes expected");
  EXPECT_EQ(problem("{\"a\" 1}"), "line 1 column 6: ':' expected");
  EXPECT_EQ(problem("[1.x]"), "line 1 column 4: a digit expected");
  EXPECT_EQ(problem("\"abc"), "line 1 column 5: a string that is not closed");
  EXPECT_EQ(problem("\"a\\q\""), "line 1 column 4: an escape that JSON does not have");
  EXPECT_EQ(problem("\"a\nb\""),
            "line 1 column 3: a control character in a string: write it as \\u00..");
  EXPECT_EQ(problem("\n[\"a\xff\"]"), "line 2 column 4: bytes that are not UTF-8");
  EXPECT_EQ(problem("\"\xed\xa0\x80\""), "line 1 column 2: bytes that are not UTF-8");
}

TEST(JsonParse, TakesDepthUpToTheLimit) {
  for (std::size_t depth : {std::size_t{1023}, std::size_t{1025}, kMaxDepth}) {
    std::string arrays = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(to_text(parsed(arrays)), arrays);
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
    objects += "1" + std::string(depth, '}');
    Value first = parsed(objects), second = parsed(objects);
    EXPECT_TRUE(first == second);
    EXPECT_EQ(to_text(first), objects);
    EXPECT_GT(first.footprint(), depth * 32);
  }
  EXPECT_EQ(problem(std::string(kMaxDepth + 1, '[')), "line 1 column 10001: nested too deeply");
}

TEST(JsonParse, BothParsersBuildTheSame) {
  // The second element sends the whole text to the careful parser.
  const std::string items =
      R"({"id":1,"a key that is long enough":[true,false,null,"é\n\"",-1.5e-7],"7":{"x":{}}})";
  Value fast = parsed("[" + items + "]"), careful = parsed("[" + items + ",1e400]");
  EXPECT_EQ(fast[0], careful[0]);
  EXPECT_EQ(to_text(fast[0]), to_text(careful[0]));
}

TEST(JsonParse, LargeDocumentsDoNotNeedTheKeptParser) {
  std::string text = "[";
  for (int i = 0; i < 40'000; ++i) text += "{\"index\":" + std::to_string(i) + "},";
  text += "null]";
  Value value = parsed(text);
  ASSERT_EQ(value.size(), 40'001u);
  EXPECT_EQ(value[39'999]["index"].number(), 39'999);
  EXPECT_EQ(to_text(value), text);
}

}  // namespace
}  // namespace vaettir::json
