#include "engine/nodes/coercion.h"

#include <gtest/gtest.h>

#include "engine/nodes/date_text.h"
#include "engine/nodes/lenient_json.h"

namespace vaettir::engine {
namespace {

constexpr std::string_view kImpossible = "impossible";

TEST(Coercion, EveryType) {
  const struct {
    std::string_view type;
    std::string_view from;
    std::string_view to;
  } cases[] = {
      {"number", R"("3")", "3"},
      {"number", R"(" 3.5 ")", "3.5"},
      {"number", R"("")", "0"},
      {"number", R"(" ")", "0"},
      {"number", R"("0x1f")", "31"},
      {"number", R"("1e3")", "1000"},
      {"number", R"("-2")", "-2"},
      {"number", R"("3,14")", kImpossible},
      {"number", R"("hello")", kImpossible},
      {"number", R"("inf")", kImpossible},
      {"number", "true", "1"},
      {"number", "[]", "0"},
      {"number", "[1,2]", kImpossible},
      {"number", "{}", kImpossible},
      {"number", "null", "null"},
      {"boolean", R"("TRUE")", "true"},
      {"boolean", R"("false")", "false"},
      {"boolean", R"("1")", "true"},
      {"boolean", R"("0")", "false"},
      {"boolean", "1", "true"},
      {"boolean", "0", "false"},
      {"boolean", "2", kImpossible},
      {"boolean", R"("yes")", kImpossible},
      {"boolean", R"("")", kImpossible},
      {"string", "52472", R"("52472")"},
      {"string", "1.334535", R"("1.334535")"},
      {"string", "true", R"("true")"},
      {"string", "[1,2]", R"("[1,2]")"},
      {"string", R"({"a":1})", R"("{\"a\":1}")"},
      {"array", R"("[1, 2]")", "[1,2]"},
      {"array", R"("['a']")", R"(["a"])"},
      {"array", R"("hello")", kImpossible},
      {"array", R"("3")", kImpossible},
      {"array", "[1]", "[1]"},
      {"object", R"("{\"a\": 1}")", R"({"a":1})"},
      {"object", R"("{a: 1, b: 'x',}")", R"({"a":1,"b":"x"})"},
      {"object", R"("[1]")", kImpossible},
      {"object", "5", kImpossible},
      {"dateTime", R"("2016-05-25T09:24:15.123")", R"("2016-05-25T09:24:15.123Z")"},
      {"dateTime", R"("soon")", kImpossible},
      {"binary", R"({"mimeType":"a","data":"b"})", R"({"mimeType":"a","data":"b"})"},
      {"binary", R"({"mimeType":"a"})", kImpossible},
      {"any", "[1]", "[1]"},
  };
  for (const auto& each : cases) {
    const std::optional<json::Value> value =
        converted(*json::parse(each.from), *value_type_named(each.type));
    EXPECT_EQ(value ? json::to_text(*value) : std::string(kImpossible), each.to)
        << each.from << " to " << each.type;
  }
  EXPECT_EQ(value_type_named("json"), std::nullopt);
}

TEST(DateText, EveryNotation) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2023-08-01T12:34:56Z", "2023-08-01T12:34:56.000Z"},
      {"2016-05-25T09:24:15.123", "2016-05-25T09:24:15.123Z"},
      {"2016-05-25T09:24:15,5+02:00", "2016-05-25T09:24:15.500+02:00"},
      {"20160525T092415Z", "2016-05-25T09:24:15.000Z"},
      {"2016", "2016-01-01T00:00:00.000Z"},
      {"2016-05", "2016-05-01T00:00:00.000Z"},
      {"2016-05-25", "2016-05-25T00:00:00.000Z"},
      {"2016-200", "2016-07-18T00:00:00.000Z"},
      {"2016-W21-3", "2016-05-25T00:00:00.000Z"},
      {"2016W213", "2016-05-25T00:00:00.000Z"},
      {"2016-05-25T09", "2016-05-25T09:00:00.000Z"},
      {"2016-05-25T24:00:00", "2016-05-26T00:00:00.000Z"},
      {"Tue, 01 Nov 2016 13:23:12 +0630", "2016-11-01T13:23:12.000+06:30"},
      {"1 Nov 2016 13:23 EST", "2016-11-01T13:23:00.000-05:00"},
      {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
      {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
      {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"},
      {"2017-05-15 09:24:15", "2017-05-15T09:24:15.000Z"},
      {"2017-05-15 09:24:15.25 +02:00", "2017-05-15T09:24:15.250+02:00"},
      {"May 15, 2017", "2017-05-15T00:00:00.000Z"},
      {"May 15, 2017 9:05 PM", "2017-05-15T21:05:00.000Z"},
      {"Tue Nov 01 2016 13:23:12 GMT+0200", "2016-11-01T13:23:12.000+02:00"},
      {"5/15/2017", "2017-05-15T00:00:00.000Z"},
      {"2017/05/15 10:00", "2017-05-15T10:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
  };
  for (const auto& [text, wanted] : cases) {
    const std::optional<DateTime> date = parse_date_time(text);
    EXPECT_EQ(date ? date->iso() : "none", wanted) << text;
  }
  for (const std::string_view text :
       {"", "hello", "2016-13-01", "2016-02-30", "25:00", "12", "2016-05-25Tnoon", "-"}) {
    EXPECT_FALSE(parse_date_time(text).has_value()) << text;
  }
}

TEST(LenientJson, TakesWhatPeopleWrite) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"a": 1})", R"({"a":1})"},
      {"{a: 1, 'b': \"x\", }", R"({"a":1,"b":"x"})"},
      {"[1, 2,, 3,]", "[1,2,3]"},
      {"{\"a\": \"two\nlines\ttab\"}", R"({"a":"two\nlines\ttab"})"},
      {"{a: 'it\\'s \"quoted\"'}", R"({"a":"it's \"quoted\""})"},
      {"// note\n{a: undefined /* none */, b: True}", R"({"a":null,"b":true})"},
  };
  for (const auto& [text, wanted] : cases) {
    const Result<json::Value> value = parse_lenient_json(text);
    EXPECT_EQ(value ? json::to_text(*value) : std::string(value.error().text()), wanted) << text;
  }
  for (const std::string_view text :
       {"", "{", "{a 1}", "{a: }", "[1", "{a: 'open}", "{} {}", "{a: b}"}) {
    EXPECT_FALSE(parse_lenient_json(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace vaettir::engine
