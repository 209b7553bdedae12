// Converting values between the types that nodes name (facts: type coercion): Set's fields, both
// sides of conditions. Pure functions.
#pragma once
#include <optional>
#include <string_view>

#include "base/core/json.h"

namespace vaettir::engine {

enum class ValueType : std::uint8_t {
  kAny,
  kString,
  kNumber,
  kBoolean,
  kArray,
  kObject,
  kDateTime,
  kBinary,
};
std::optional<ValueType> value_type_named(std::string_view name);
std::string_view name_of(ValueType type);

// Is it of that type without being converted? Nothing (null, undefined) is of any type.
bool is_of_type(const json::Value& value, ValueType type);
// nullopt: it cannot be told what it would be. Nothing stays nothing. A date becomes ISO text.
std::optional<json::Value> converted(const json::Value& value, ValueType type);

}  // namespace vaettir::engine
