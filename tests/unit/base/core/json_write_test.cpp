#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "base/core/json.h"
#include "base/core/text.h"

namespace vaettir::json {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

struct NumberText {
  std::uint64_t bits;
  std::string_view text;
};

constexpr NumberText kNumberTexts[] = {
#define NUMBER(bits, text) {bits, text},
#include "tests/unit/base/core/number_texts.def"
#undef NUMBER
};

TEST(JsonWrite, NumbersReadAsInJavaScript) {
  for (const NumberText& each : kNumberTexts) {
    double number = std::bit_cast<double>(each.bits);
    EXPECT_EQ(number_text(number), each.text);
    EXPECT_EQ(to_text(Value(number)), each.text);
  }
  EXPECT_EQ(number_text(std::nan("")), "NaN");
  EXPECT_EQ(number_text(HUGE_VAL), "Infinity");
  EXPECT_EQ(number_text(-HUGE_VAL), "-Infinity");
}

TEST(JsonWrite, NumbersReadBackAsTheyWere) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    Result<Value> back = parse(number_text(number));
    ASSERT_TRUE(back.has_value()) << number_text(number);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back->number()), std::bit_cast<std::uint64_t>(number));
  }
}

TEST(JsonWrite, LeavesOutWhatJsonDoesNotHave) {
  Value value = Value::object(
      {{"a", Value()}, {"b", Value::array({Value(), std::nan(""), HUGE_VAL})}, {"c", Value()}});
  EXPECT_EQ(to_text(value), R"({"b":[null,null,null]})");
  EXPECT_EQ(to_text(value, 2), "{\n  \"b\": [\n    null,\n    null,\n    null\n  ]\n}");
  EXPECT_EQ(to_text(Value::object({{"a", Value()}}), 2), "{}");
  EXPECT_EQ(to_text(Value()), "null");
  std::string out = "x=";
  append_text(out, value["b"]);
  EXPECT_EQ(out, "x=[null,null,null]");
}

TEST(JsonWrite, IndentsAsJavaScript) {
  Value value = *parse(R"({"a":[1,{"b":[]},[]],"c":{},"d":{"e":null}})");
  EXPECT_EQ(to_text(value, 2), R"({
  "a": [
    1,
    {
      "b": []
    },
    []
  ],
  "c": {},
  "d": {
    "e": null
  }
})");
  EXPECT_EQ(to_text(value, 1), R"({
 "a": [
  1,
  {
   "b": []
  },
  []
 ],
 "c": {},
 "d": {
  "e": null
 }
})");
}

TEST(JsonWrite, TextIsAlwaysUtf8) {
  EXPECT_EQ(quoted("a\"\\/\b\f\n\r\t\x01\x1f\x7f\u2028é😀"), R"("a\"\\/\b\f\n\r\t\u0001\u001f)"
                                                             "\x7f\u2028é😀\"");
  EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\ud800")");
  EXPECT_EQ(quoted("\xed\xb0\x80x"), R"("\udc00x")");
  EXPECT_EQ(quoted("\xed\xa0\xbd\xed\xb8\x80"), "\"😀\"");  // two halves joined as text
  EXPECT_EQ(quoted("\xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80"), "\"\\ud83d😀\"");
  EXPECT_EQ(quoted("\xff|\xc3|\xe2\x82|\xc0\xaf|\xf5"),
            "\"\ufffd|\ufffd|\ufffd\ufffd|\ufffd\ufffd|\ufffd\"");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), R"("\u0000")");
}

// Random documents: what is written reads back as the same value, through either parser.
class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : random_(seed) {}

  Value value(int depth) {
    switch (pick(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return pick(2) == 1;
      case 2:
        return static_cast<double>(pick(1000)) - 500;
      case 3:
        return number();
      case 4:
      case 5:
        return text();
      case 6: {
        std::vector<Value> elements(pick(6));
        for (Value& each : elements) each = value(depth - 1);
        return Value::array(std::move(elements));
      }
      default: {
        ObjectBuilder builder;
        for (std::size_t i = pick(pick(10) == 0 ? 60 : 6); i > 0; --i) {
          builder.set(pick(4) == 0 ? std::to_string(pick(30)) : text(), value(depth - 1));
        }
        return builder.finish();
      }
    }
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  double number() {
    double number = std::bit_cast<double>(random_());
    return std::isfinite(number) ? number : -0.0;
  }
  std::string text() {
    constexpr std::string_view kParts[] = {"a",    "\"", "\\", "\n", "é", "😀", "\xed\xa0\x80",
                                           "\x01", "-0", " ",  ",",  "zz"};
    std::string out;
    for (std::size_t i = pick(12); i > 0; --i) out += kParts[pick(std::size(kParts))];
    return out;
  }

  std::mt19937_64 random_;
};

TEST(JsonWrite, RandomValuesSurviveTheRoundTrip) {
  RandomValues values(42);
  for (int i = 0; i < 3'000; ++i) {
    Value value = values.value(4);
    for (int indent : {0, 3}) {
      std::string text = to_text(value, indent);
      ASSERT_TRUE(is_valid_utf8(text));
      Result<Value> back = parse(text);
      ASSERT_TRUE(back.has_value()) << text << "\n" << back.error().text();
      ASSERT_TRUE(*back == value) << text;
      ASSERT_EQ(to_text(*back, indent), text);
    }
  }
}

}  // namespace
}  // namespace vaettir::json
