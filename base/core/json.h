// json::Value: the immutable, shared JSON document that workflow items are made of. A Value is 16
// bytes and copied freely: what it points to is counted (atomically: values cross loops) and never
// changes; with() and without() make a new level that shares the rest. Values are JavaScript's:
// numbers are doubles written as JavaScript writes them, integer-like keys come first in an object,
// text may hold lone surrogates (kept as WTF-8). `undefined` exists as a value so that a missing
// path has an answer; it is never written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/result.h"

namespace vaettir::json {

enum class Type : std::uint8_t { kUndefined, kNull, kBoolean, kNumber, kString, kArray, kObject };

class Value;
struct Member;
namespace detail {
struct StringRep;
struct ArrayRep;
struct ObjectRep;
}  // namespace detail

class Value {
 public:
  Value() : type_(Type::kUndefined), bits_{} {}
  Value(std::nullptr_t) : type_(Type::kNull), bits_{} {}  // NOLINT: literals read as JSON
  Value(bool value) : type_(Type::kBoolean) { bits_.boolean = value; }  // NOLINT
  Value(double value) : type_(Type::kNumber) { bits_.number = value; }  // NOLINT
  Value(int value) : Value(static_cast<double>(value)) {}               // NOLINT
  Value(std::int64_t value) : Value(static_cast<double>(value)) {}      // NOLINT
  Value(std::size_t value) : Value(static_cast<double>(value)) {}       // NOLINT
  Value(std::string_view text);                                         // NOLINT
  Value(const char* text) : Value(std::string_view(text)) {}            // NOLINT
  Value(const std::string& text) : Value(std::string_view(text)) {}     // NOLINT
  static Value array(std::vector<Value> elements);
  // Later duplicates win, in the place of the first (as JSON.parse); integer-like keys sorted to
  // the front.
  static Value object(std::vector<std::pair<std::string, Value>> members);

  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept
      : type_(std::exchange(other.type_, Type::kUndefined)), bits_(other.bits_) {}
  Value& operator=(Value other) noexcept {
    std::swap(type_, other.type_);
    std::swap(bits_, other.bits_);
    return *this;
  }
  ~Value();

  Type type() const { return type_; }
  bool is_undefined() const { return type_ == Type::kUndefined; }
  bool is_null() const { return type_ == Type::kNull; }
  bool is_nothing() const { return is_undefined() || is_null(); }
  bool is_boolean() const { return type_ == Type::kBoolean; }
  bool is_number() const { return type_ == Type::kNumber; }
  bool is_string() const { return type_ == Type::kString; }
  bool is_array() const { return type_ == Type::kArray; }
  bool is_object() const { return type_ == Type::kObject; }

  // Each asserts its type.
  bool boolean() const {
    assert(is_boolean());
    return bits_.boolean;
  }
  double number() const {
    assert(is_number());
    return bits_.number;
  }
  std::string_view string() const;
  std::span<const Value> elements() const;
  std::span<const Member> members() const;

  // Lenient reads: the wanted type, or the fallback.
  bool boolean_or(bool fallback) const { return is_boolean() ? bits_.boolean : fallback; }
  double number_or(double fallback) const { return is_number() ? bits_.number : fallback; }
  std::string_view string_or(std::string_view fallback) const {
    return is_string() ? string() : fallback;
  }

  // Elements of an array, members of an object, 0 for everything else.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  // The element or member; undefined where there is none or this is no array or object. Never
  // throws.
  const Value& operator[](std::size_t index) const;
  const Value& operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  const Value& operator[](std::string_view key) const;
  const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  bool has(std::string_view key) const;

  // A new object (undefined and null count as {}) with the member set or left out.
  Value with(std::string_view key, Value value) const;
  Value without(std::string_view key) const;
  // A new array with one element more (undefined counts as []).
  Value with_element(Value value) const;

  // Bytes of memory this value keeps alive; shared parts count each time.
  std::size_t footprint() const;

  // Deep equality; numbers by value (NaN equals NaN), member order counts not.
  friend bool operator==(const Value& a, const Value& b);

 private:
  friend struct ValueAccess;
  Type type_;
  union {
    bool boolean;
    double number;
    detail::StringRep* string;
    detail::ArrayRep* array;
    detail::ObjectRep* object;
  } bits_;
};
static_assert(sizeof(Value) == 16);

struct Member {
  Value key_text;  // always a string
  Value value;
  std::string_view key() const { return key_text.string(); }
};

// For building objects member by member, keeping the order; finish() empties it.
class ObjectBuilder {
 public:
  ObjectBuilder& set(std::string_view key, Value value);
  Value finish();

 private:
  std::vector<std::pair<std::string, Value>> members_;
};

// simdjson parses; what it refuses although JavaScript takes it (lone surrogates, numbers beyond
// double's range, nesting to kMaxDepth) goes to our own parser. A leading BOM is skipped. Errors:
// bad_request, "line L column C: what is wrong".
inline constexpr std::size_t kMaxDepth =
    10'000;  // as deep as people's data was seen, and far from the end of a stack that recurses
Result<Value> parse(std::string_view text);

// JSON.stringify: undefined members are left out, undefined elements and NaN become null. indent 0
// = one line.
std::string to_text(const Value& value, int indent = 0);
void append_text(std::string& out, const Value& value);
// One JSON string literal, quotes included; for JSON lines that are written by hand (logs).
void append_quoted(std::string& out, std::string_view text);
// Number.prototype.toString(10): "1e+21", "0.1", "-0" is "0", NaN is "NaN".
std::string number_text(double number);

}  // namespace vaettir::json
