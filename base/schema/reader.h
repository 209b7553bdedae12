// Reader: the visitor that fills a struct from a Node by the struct's own list of fields, reporting
// every error with its place.
//
//   struct Config {
//     Duration period = 1s;
//     NotYet later;
//     template <class V> void fields(V& v) {
//       v("period", period, "Length of the period", required);       // name, field (holding its
//       default), help, constraints (value.h) v.not_yet(later, "it has no effect", {"redis"}); //
//       known keys of Traefik, not built: a notice, remembered in `later` v.unsupported("plugin",
//       "use a built-in middleware");        // never will be: an isolated error with what to do
//       instead
//     }
//     Result<> validate() const;                                     // optional: conditions
//     between fields; the text is reported
//   };
//
// Keys match in any case, null counts as not given, unknown keys are errors with the nearest known
// one. Lives for one call of read().
#pragma once
#include <concepts>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/core/time.h"
#include "base/schema/node.h"
#include "base/schema/report.h"
#include "base/schema/value.h"

namespace vaettir::schema {

// Whose settings are read, for messages and for the place of "needs".
struct Owner {
  std::string phrase;   // "'rateLimit'", "router 'hooks'": subject of "... has no field"
  Location at;          // its key
  std::string context;  // "middleware 'slow-down': ": stands before "... needs"; may be empty
};

// One field while its value is read.
struct Field {
  Report& report;
  std::string_view name;
  Location key_at;
};

template <class T>
concept HasValidate = requires(const T& value) {
  { value.validate() } -> std::same_as<Result<>>;
};

template <class T>
bool read(const Node& node, T& out, Report& report, const Owner& owner);

namespace detail {
// Each reports and returns false when the node is something else. Durations and sizes carry
// examples as hints.
bool read_bool(const Node& node, bool& out, const Field& field);
bool read_signed(const Node& node, std::int64_t& out, const Field& field, std::int64_t min,
                 std::int64_t max);
bool read_unsigned(const Node& node, std::uint64_t& out, const Field& field, std::uint64_t max);
bool read_double(const Node& node, double& out, const Field& field);
bool read_text(const Node& node, std::string& out, const Field& field);
bool read_secret(const Node& node, Secret& out, const Field& field);
bool read_duration(const Node& node, Duration& out, const Field& field);
bool read_bytes(const Node& node, ByteSize& out, const Field& field);
bool must_be(const Node& node, const Field& field, std::string_view what, std::string hint = "");
// "routers" and "hooks" -> "router 'hooks'".
std::string entry_phrase(std::string_view field, std::string_view key);

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<Map<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsLocated : std::false_type {};
template <class T>
struct IsLocated<Located<T>> : std::true_type {};

template <class T>
concept Struct =
    requires { requires std::is_class_v<T>; } && !TextValue<T> && !IsVector<T>::value &&
    !IsMap<T>::value && !IsOptional<T>::value && !IsLocated<T>::value &&
    !std::same_as<T, std::string> && !std::same_as<T, Secret> && !std::same_as<T, Duration> &&
    !std::same_as<T, ByteSize> && !std::same_as<T, Node>;

template <class T>
bool read_value(const Node& node, T& out, const Field& field);

template <class T>
bool read_list(const Node& node, std::vector<T>& out, const Field& field) {
  if (!node.is_sequence()) {
    std::string hint = node.is_scalar() ? "write [" + std::string(node.shown()) + "]" : "";
    return must_be(node, field, "a list", std::move(hint));
  }
  out.clear();
  bool ok = true;
  for (const Node& each : node.elements) {
    if constexpr (Struct<T>) {
      Owner owner{"an entry of '" + std::string(field.name) + "'", each.at, ""};
      ok &= read(each, out.emplace_back(), field.report, owner);
    } else {
      T value{};
      ok &= read_value(each, value, field);
      out.push_back(std::move(value));
    }
  }
  return ok;
}

template <class T>
bool read_map(const Node& node, Map<T>& out, const Field& field) {
  if (!node.is_mapping()) return must_be(node, field, "a mapping from names to values");
  out.items.clear();
  bool ok = true;
  for (const Entry& each : node.entries) {
    auto& item = out.items.emplace_back();
    item.name = each.key;
    item.at = each.key_at;
    if constexpr (Struct<T>) {
      Owner owner{entry_phrase(field.name, each.key), each.key_at, ""};
      ok &= read(each.value, item.value, field.report, owner);
    } else {
      if (std::same_as<T, std::string> && each.value.is_null()) continue;
      ok &= read_value(each.value, item.value, Field{field.report, each.key, each.key_at});
    }
  }
  return ok;
}

template <class T>
bool read_text_value(const Node& node, T& out, const Field& field) {
  if (!node.is_scalar()) return must_be(node, field, T::kKind);
  Result<T> value = T::from_text(node.text);
  if (!value) return must_be(node, field, T::kKind, std::string(value.error().text()));
  out = *std::move(value);
  return true;
}

template <class T>
bool read_value(const Node& node, T& out, const Field& field) {
  if constexpr (std::same_as<T, bool>) {
    return read_bool(node, out, field);
  } else if constexpr (std::signed_integral<T>) {
    std::int64_t value = 0;
    bool ok = read_signed(node, value, field, std::numeric_limits<T>::min(),
                          std::numeric_limits<T>::max());
    if (ok) out = static_cast<T>(value);
    return ok;
  } else if constexpr (std::unsigned_integral<T>) {
    std::uint64_t value = 0;
    bool ok = read_unsigned(node, value, field, std::numeric_limits<T>::max());
    if (ok) out = static_cast<T>(value);
    return ok;
  } else if constexpr (std::same_as<T, double>) {
    return read_double(node, out, field);
  } else if constexpr (std::same_as<T, std::string>) {
    return read_text(node, out, field);
  } else if constexpr (std::same_as<T, Secret>) {
    return read_secret(node, out, field);
  } else if constexpr (std::same_as<T, Duration>) {
    return read_duration(node, out, field);
  } else if constexpr (std::same_as<T, ByteSize>) {
    return read_bytes(node, out, field);
  } else if constexpr (std::same_as<T, Node>) {
    out = node;
    return true;
  } else if constexpr (IsLocated<T>::value) {
    out.at = node.at;
    out.text_column = node.text_column;
    return read_value(node, out.value, field);
  } else if constexpr (IsOptional<T>::value) {
    return read_value(node, out.emplace(), field);
  } else if constexpr (IsVector<T>::value) {
    return read_list(node, out, field);
  } else if constexpr (IsMap<T>::value) {
    return read_map(node, out, field);
  } else if constexpr (TextValue<T>) {
    return read_text_value(node, out, field);
  } else {
    return read(node, out, field.report,
                Owner{"'" + std::string(field.name) + "'", field.key_at, ""});
  }
}

template <class T>
constexpr bool is_optional_struct() {
  if constexpr (IsOptional<T>::value) return Struct<typename T::value_type>;
  return false;
}

// The value inside optional and Located, for constraints; nullptr when there is none.
template <class T>
const auto* inner(const T& value) {
  if constexpr (IsOptional<T>::value) {
    using Inner = std::remove_cvref_t<decltype(*inner(*value))>;
    return value ? inner(*value) : static_cast<const Inner*>(nullptr);
  } else if constexpr (IsLocated<T>::value) {
    return inner(value.value);
  } else {
    return &value;
  }
}
template <class T>
auto* inner_mutable(T& value) {
  auto* found = inner(value);
  return const_cast<std::remove_const_t<std::remove_pointer_t<decltype(found)>>*>(found);
}
}  // namespace detail

class Reader {
 public:
  // Borrows all three for its life.
  Reader(const Node& node, Report& report, const Owner& owner);

  template <class T, class... C>
  void operator()(std::string_view name, T& field, std::string_view /*help*/,
                  const C&... constraints) {
    const Entry* entry = take(name);
    if (entry == nullptr || entry->value.is_null()) {
      if constexpr ((std::same_as<C, Required> || ...)) {
        missing(name);
      } else if constexpr (detail::is_optional_struct<T>()) {
        if (entry != nullptr) empty_struct(*entry);
      }
      return;
    }
    Field place{report_, entry->key, entry->key_at};
    if (!detail::read_value(entry->value, field, place)) {
      ok_ = false;
      return;
    }
    auto* value = detail::inner_mutable(field);
    if (value != nullptr) (check(*entry, *value, constraints), ...);
  }

  // See the head of this file; false and empty lists are no use of a key. `consequence` completes
  // "... is not yet supported: ".
  void not_yet(NotYet& seen, std::string_view consequence,
               std::initializer_list<std::string_view> names);
  void unsupported(std::string_view name, std::string_view instead);

  // Reports unknown keys. True if nothing was wrong.
  bool finish();

 private:
  const Entry* take(std::string_view name);
  void missing(std::string_view name);
  void empty_struct(const Entry& entry);
  void complain(const Entry& entry, std::string message, std::string hint = "");

  template <class T>
  void check(const Entry&, const T&, Required) {}
  template <class T>
  void check(const Entry& entry, const T& value, NonEmpty) {
    if (value.empty()) complain(entry, "must not be empty");
  }
  template <class T>
  void check(const Entry& entry, const T& value, const Range& range) {
    double number = 0;
    if constexpr (std::same_as<T, Duration>) {
      number = std::chrono::duration<double>(value).count();
    } else if constexpr (std::same_as<T, ByteSize>) {
      number = static_cast<double>(value.count);
    } else {
      number = static_cast<double>(value);
    }
    if (number < range.min || number > range.max) out_of_range(entry, range);
  }
  void out_of_range(const Entry& entry, const Range& range);
  void check(const Entry& entry, std::string& value, const OneOf& allowed);
  template <class T>
  void check(const Entry& entry, const T& value, const Satisfies<T>& condition) {
    if (auto wrong = condition.complaint(value)) complain(entry, *wrong);
  }

  const Node& node_;
  Report& report_;
  const Owner& owner_;
  std::vector<std::string_view> known_;
  bool ok_ = true;
};

// False when something was reported as an error; `out` then holds what could be read.
template <class T>
bool read(const Node& node, T& out, Report& report, const Owner& owner) {
  Reader reader(node, report, owner);
  out.fields(reader);
  bool ok = reader.finish();
  if constexpr (HasValidate<T>) {
    if (ok) {
      if (Result<> valid = out.validate(); !valid) {
        report.error(owner.at,
                     owner.context + owner.phrase + " " + std::string(valid.error().text()));
        ok = false;
      }
    }
  }
  return ok;
}

}  // namespace vaettir::schema
