// json::Value: the immutable, shared JSON document that workflow items are made of. A Value is 16
// bytes and copied freely: what it points to is counted (atomically: values cross loops) and never
// changes; with() and without() make a new level that shares the rest. Values are JavaScript's:
// numbers are doubles written as JavaScript writes them, integer-like keys come first in an object,
// text may hold lone surrogates (kept as WTF-8). `undefined` exists as a value so that a missing
// path has an answer; it is never written.
#pragma once
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
// What every shared part begins with: text, or the slots of an array or object.
struct Counted {
  std::atomic<std::uint32_t> owners;
  std::uint32_t size;  // bytes of text; Values of a container (an object has two for each member)
};
void release(Counted* part, Type type) noexcept;
}  // namespace detail

// Text of up to 14 bytes lies in the Value itself, so a view from string() lives as long as that
// Value stays where it is; Clang warns where a view would outlive it (the lifetimebound marks).
class Value {
 public:
  constexpr Value() {}  // NOLINT: user-provided, so that a const one may stand without braces
  Value(std::nullptr_t) : type_(Type::kNull) {}  // NOLINT: literals read as JSON
  // Exactly bool: a pointer must not become true.
  Value(std::same_as<bool> auto value) : type_(Type::kBoolean) { bits_.boolean = value; }  // NOLINT
  Value(double value) : type_(Type::kNumber) { bits_.number = value; }                     // NOLINT
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  Value(Integer value) : Value(static_cast<double>(value)) {}        // NOLINT
  Value(std::string_view text);                                      // NOLINT
  Value(const char* text) : Value(std::string_view(text)) {}         // NOLINT
  Value(const std::string& text) : Value(std::string_view(text)) {}  // NOLINT
  static Value array(std::vector<Value> elements);
  // Later duplicates win, in the place of the first (as JSON.parse); integer-like keys sorted to
  // the front.
  static Value object(std::vector<std::pair<std::string, Value>> members);
  static Value object_of(std::vector<Member> members);

  Value(const Value& other) noexcept {
    std::memcpy(static_cast<void*>(this), &other, sizeof(Value));
    if (is_shared()) bits_.shared->owners.fetch_add(1, std::memory_order_relaxed);
  }
  Value(Value&& other) noexcept {
    std::memcpy(static_cast<void*>(this), &other, sizeof(Value));
    other.type_ = Type::kUndefined;
    other.inline_size_ = 0;
  }
  Value& operator=(Value other) noexcept {
    std::swap(type_, other.type_);
    std::swap(inline_size_, other.inline_size_);
    std::swap(text_, other.text_);
    std::swap(bits_, other.bits_);
    return *this;
  }
  ~Value() {
    if (is_shared()) detail::release(bits_.shared, type_);
  }

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
  std::string_view string() const [[clang::lifetimebound]];
  std::span<const Value> elements() const [[clang::lifetimebound]];
  std::span<const Member> members() const [[clang::lifetimebound]];

  // Lenient reads: the wanted type, or the fallback.
  bool boolean_or(bool fallback) const { return is_boolean() ? bits_.boolean : fallback; }
  double number_or(double fallback) const { return is_number() ? bits_.number : fallback; }
  std::string_view string_or(std::string_view fallback) const [[clang::lifetimebound]] {
    return is_string() ? string() : fallback;
  }

  // Elements of an array, members of an object, 0 for everything else.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  // The element or member; undefined where there is none or this is no array or object. Never
  // throws.
  const Value& operator[](std::size_t index) const [[clang::lifetimebound]];
  const Value& operator[](int index) const [[clang::lifetimebound]] {
    return (*this)[static_cast<std::size_t>(index)];
  }
  const Value& operator[](std::string_view key) const [[clang::lifetimebound]];
  const Value& operator[](const char* key) const [[clang::lifetimebound]] {
    return (*this)[std::string_view(key)];
  }
  bool has(std::string_view key) const;

  // A new object (what is no object counts as {}) with the member set or left out.
  Value with(std::string_view key, Value value) const;
  Value without(std::string_view key) const;
  // A new array with one element more (what is no array counts as []).
  Value with_element(Value value) const;

  // Bytes of memory this value keeps alive; shared parts count each time.
  std::size_t footprint() const;

  // Deep equality; numbers by value (NaN equals NaN), member order counts not.
  friend bool operator==(const Value& a, const Value& b);

 private:
  friend struct ValueAccess;
  static constexpr std::uint8_t kShared =
      0xff;  // in place of a length: bits_ points to the counted part
  bool is_shared() const { return inline_size_ == kShared; }

  Type type_ = Type::kUndefined;
  std::uint8_t inline_size_ = 0;
  char text_[6] = {};  // short text begins here and goes on in bits_; unused bytes are zero
  union Bits {
    std::uint64_t raw = 0;
    bool boolean;
    double number;
    detail::Counted* shared;
  } bits_;
};
static_assert(sizeof(Value) == 16);

struct Member {
  Value key_text;  // always a string
  Value value;
  std::string_view key() const [[clang::lifetimebound]] { return key_text.string(); }
};

// For building objects member by member, keeping the order; finish() empties it.
class ObjectBuilder {
 public:
  ObjectBuilder& set(std::string_view key, Value value);
  Value finish();

 private:
  std::vector<Member> members_;
};

// simdjson parses; what it refuses although JavaScript takes it (lone surrogates, numbers beyond
// double's range, nesting to kMaxDepth) goes to our own parser. A leading BOM is skipped. Errors:
// bad_request, "line L column C: what is wrong".
// As deep as people's data was seen, and far from the end of a stack that recurses.
inline constexpr std::size_t kMaxDepth = 10'000;
Result<Value> parse(std::string_view text);

// JSON.stringify: undefined members are left out, undefined elements (and a lone undefined) and NaN
// become null. indent 0 = one line. Always valid UTF-8: lone surrogates are escaped, bytes that are
// no text become U+FFFD.
std::string to_text(const Value& value, int indent = 0);
void append_text(std::string& out, const Value& value);
// One JSON string literal, quotes included; for JSON lines that are written by hand (logs).
void append_quoted(std::string& out, std::string_view text);
// Number.prototype.toString(10): "1e+21", "0.1", "-0" is "0", NaN is "NaN".
std::string number_text(double number);

}  // namespace vaettir::json
