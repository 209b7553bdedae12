#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "base/core/json.h"

namespace vaettir::json {
namespace {

TEST(JsonValue, KnowsItsType) {
  EXPECT_TRUE(Value().is_undefined());
  EXPECT_TRUE(Value(nullptr).is_null());
  EXPECT_TRUE(Value(true).boolean());
  EXPECT_EQ(Value(3).number(), 3);
  EXPECT_EQ(Value(std::size_t{3}).number(), 3);
  EXPECT_EQ(Value(2.5).number(), 2.5);
  EXPECT_EQ(Value("text").string(), "text");
  EXPECT_TRUE(Value::array({}).is_array());
  EXPECT_TRUE(Value::object({}).is_object());
  EXPECT_TRUE(Value().is_nothing());
  EXPECT_TRUE(Value(nullptr).is_nothing());
  EXPECT_FALSE(Value(false).is_nothing());
  static_assert(!std::is_constructible_v<Value, void*>);
}

TEST(JsonValue, KeepsTextOfEveryLength) {
  for (std::size_t length = 0; length < 40; ++length) {
    std::string text(length, 'x');
    if (length > 3) text[length / 2] = '\0';
    Value value(text), copy = value, moved = std::move(copy);
    EXPECT_EQ(value.string(), text);
    EXPECT_EQ(moved.string(), text);
    EXPECT_TRUE(copy.is_undefined());  // NOLINT: what a moved-from value is
    EXPECT_EQ(value, Value(text));
    EXPECT_NE(value, Value(text + "x"));
  }
}

TEST(JsonValue, AnswersUndefinedWhereNothingIs) {
  Value value = Value::object({{"list", Value::array({1, 2})}, {"7", "seven"}});
  EXPECT_EQ(value["list"][1].number(), 2);
  EXPECT_TRUE(value["list"][2].is_undefined());
  EXPECT_TRUE(value["list"][-1].is_undefined());
  EXPECT_TRUE(value["none"]["deeper"][3].is_undefined());
  EXPECT_TRUE(Value("text")[0].is_undefined());
  EXPECT_EQ(value[7].string(), "seven");
  EXPECT_EQ(value["list"].size(), 2u);
  EXPECT_EQ(Value("text").size(), 0u);
  EXPECT_EQ(value["7"].string_or("other"), "seven");
  EXPECT_EQ(value["list"].string_or("other"), "other");
  EXPECT_EQ(value["list"][0].number_or(9), 1);
  EXPECT_TRUE(value["none"].boolean_or(true));
}

TEST(JsonValue, OrdersMembersAsJavaScript) {
  Value value = Value::object({{"b", 1}, {"10", 2}, {"a", 3}, {"9", 4}, {"b", 5}, {"01", 6}});
  EXPECT_EQ(to_text(value), R"({"9":4,"10":2,"b":5,"a":3,"01":6})");
  EXPECT_EQ(to_text(value.with("1", 7)), R"({"1":7,"9":4,"10":2,"b":5,"a":3,"01":6})");
  EXPECT_EQ(to_text(value.with("c", 7)), R"({"9":4,"10":2,"b":5,"a":3,"01":6,"c":7})");
  EXPECT_EQ(to_text(value.with("a", 7)), R"({"9":4,"10":2,"b":5,"a":7,"01":6})");
}

TEST(JsonValue, ChangesMakeNewValues) {
  Value value = Value::object({{"a", 1}, {"b", Value::array({1})}});
  Value other = value.with("a", 2).without("b");
  EXPECT_EQ(to_text(value), R"({"a":1,"b":[1]})");
  EXPECT_EQ(to_text(other), R"({"a":2})");
  EXPECT_EQ(to_text(other.without("a")), "{}");
  EXPECT_EQ(to_text(other.without("none")), R"({"a":2})");
  EXPECT_EQ(to_text(Value().with("x", 1)), R"({"x":1})");
  EXPECT_EQ(to_text(Value(nullptr).without("x")), "{}");
  EXPECT_EQ(to_text(value["b"].with_element("two")), R"([1,"two"])");
  EXPECT_EQ(to_text(Value().with_element(1)), "[1]");
  EXPECT_EQ(value.with("b", value["b"])["b"].elements().data(), value["b"].elements().data());
}

TEST(JsonValue, FindsMembersInObjectsOfEverySize) {
  for (int count : {0, 1, 5, 31, 32, 33, 34, 100, 1000}) {
    ObjectBuilder builder;
    auto key = [](int i) {
      return (i % 3 ? "k" : "a rather long key, number ") + std::to_string(i);
    };
    for (int i = 0; i < count; ++i) builder.set(key(i), i);
    for (int i = 0; i < count; i += 2) builder.set(key(i), i * 10);  // later ones win
    Value value = builder.finish();
    ASSERT_EQ(value.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(value[key(i)].number(), i % 2 ? i : i * 10);
      EXPECT_EQ(value.members()[static_cast<std::size_t>(i)].key(), key(i));
    }
    EXPECT_FALSE(value.has(key(count)));
    Value larger = value.with(key(count), "new");
    EXPECT_EQ(larger[key(count)].string(), "new");
    EXPECT_EQ(larger.without(key(count)), value);
    if (count > 0) EXPECT_FALSE(value.without(key(0)).has(key(0)));
  }
  EXPECT_TRUE(ObjectBuilder().finish().empty());
}

TEST(JsonValue, SortsManyIndicesAndDuplicates) {
  ObjectBuilder builder;
  for (int i = 200; i > 0; --i) builder.set(std::to_string(i % 100), i);
  builder.set("x", 1);
  Value value = builder.finish();
  ASSERT_EQ(value.size(), 101u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(value.members()[i].key(), std::to_string(i));
  EXPECT_EQ(value["1"].number(), 1);
  EXPECT_EQ(value["0"].number(), 100);
}

TEST(JsonValue, ComparesDeeplyWhateverTheOrder) {
  EXPECT_EQ(*parse(R"({"a":[1,{"b":null}],"c":"x"})"), *parse(R"({"c":"x","a":[1,{"b":null}]})"));
  EXPECT_FALSE(*parse(R"({"a":1})") == *parse(R"({"b":1})"));
  EXPECT_FALSE(*parse("[1,2]") == *parse("[2,1]"));
  EXPECT_FALSE(*parse("[1]") == *parse("[\"1\"]"));
  EXPECT_FALSE(Value(nullptr) == Value());
  EXPECT_EQ(Value(std::nan("")), Value(std::nan("")));
  EXPECT_EQ(Value(0), Value(-0.0));
  EXPECT_FALSE(Value::object({{"a", Value()}}) == Value::object({{"b", Value()}}));
}

TEST(JsonValue, DepthEndsNoStack) {
  Value value;
  for (int i = 0; i < 1'000'000; ++i) {
    value =
        i % 2 ? Value::array({value, "some text that is shared"}) : Value().with("member", value);
  }
  Value copy = value;
  EXPECT_TRUE(copy == value);
  EXPECT_GT(value.footprint(), 1'000'000u);
  value = Value();
  EXPECT_GT(to_text(copy).size(), 1'000'000u);
  copy = Value();
}

TEST(JsonValue, SharedPartsOutliveTheirFirstOwner) {
  Value inner = Value::array({"a text that is longer than a Value", Value::array({1})});
  Value a = Value::object({{"inner", inner}, {"again", inner}}), b = a["inner"];
  a = Value();
  inner = Value();
  EXPECT_EQ(to_text(b), R"(["a text that is longer than a Value",[1]])");
}

TEST(JsonValue, CrossesThreads) {
  Value shared = *parse(R"({"list":[1,2,{"text":"long enough to be shared by all"}]})");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([mine = shared] {
      for (int i = 0; i < 2'000; ++i) {
        Value copy = mine["list"][2];
        Value other = copy.with("text", mine);
        EXPECT_EQ(other["text"]["list"].size(), 3u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared["list"].size(), 3u);
}

}  // namespace
}  // namespace vaettir::json
