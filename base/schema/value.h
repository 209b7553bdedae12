// The types and constraints a setting may have, besides bool, integers, double, std::string,
// Duration, vector, optional and structs with fields(). Values only.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/result.h"
#include "base/schema/location.h"

namespace vaettir::schema {

// Text that is never printed: not in messages, excerpts, the effective configuration or JSON.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

// A number of bytes: "65536", "64KiB", "1MB" (k, M, G are powers of 1000; Ki, Mi, Gi of 1024).
struct ByteSize {
  std::uint64_t count = 0;
  static std::optional<ByteSize> parse(std::string_view text);
  std::string text() const;
  friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

// A value and its place: for what later steps complain about (names of services, rules).
template <class T>
struct Located {
  T value{};
  Location at;
  // Where the text of the scalar begins on its line, 0 if unknown (Node::text_column).
  std::uint32_t text_column = 0;
  // The place of value[offset, offset + width) in the file, or the whole value.
  Location within(std::size_t offset, std::size_t width) const {
    if (text_column == 0) return at;
    Location inside = at;
    inside.column = text_column + static_cast<std::uint32_t>(offset);
    inside.width = static_cast<std::uint32_t>(width == 0 ? 1 : width);
    return inside;
  }
};

// A mapping from names to T in the order of the file. Names are exact; duplicates were refused when
// the file was parsed.
template <class T>
struct Map {
  struct Item {
    std::string name;
    Location at;  // of the name
    T value{};
  };
  std::vector<Item> items;

  bool empty() const { return items.empty(); }
  std::size_t size() const { return items.size(); }
  auto begin() const { return items.begin(); }
  auto end() const { return items.end(); }
  const T* find(std::string_view name) const {
    for (const Item& each : items) {
      if (each.name == name) return &each.value;
    }
    return nullptr;
  }
};

// Keys of Traefik that were met and are not built yet (Visitor::not_yet). Who owns the struct
// decides what is switched off.
struct NotYet {
  std::vector<std::string> keys;
  bool any() const { return !keys.empty(); }
};

// A type of the user of this library that is written as one scalar, such as an address range.
//   static Result<T> from_text(std::string_view);   the error's text becomes the hint
//   std::string text() const;                       what from_text reads
//   static constexpr std::string_view kKind;        "an IP address or range (CIDR)"
template <class T>
concept TextValue = requires(const T& value, std::string_view text) {
  { T::from_text(text) } -> std::same_as<Result<T>>;
  { value.text() } -> std::convertible_to<std::string>;
  { T::kKind } -> std::convertible_to<std::string_view>;
};

// Constraints, given after the description in fields().
struct Required {};
inline constexpr Required required;  // the key must be there
struct NonEmpty {};
inline constexpr NonEmpty non_empty;  // text, lists and maps: something must be in them
// Both ends included. For Duration in seconds.
struct Range {
  double min, max;
};
// Texts compared without regard to case; the setting keeps the spelling given here.
struct OneOf {
  std::initializer_list<std::string_view> values;
};
// Any further condition: nullopt, or what is wrong as the rest of a sentence that begins with the
// quoted name ("must start with '/'").
template <class T>
struct Satisfies {
  std::optional<std::string> (*complaint)(const T&);
};

}  // namespace vaettir::schema
