#include "engine/nodes/coercion.h"

#include <cmath>

#include "base/core/text.h"
#include "engine/expressions/text_value.h"
#include "engine/nodes/date_text.h"
#include "engine/nodes/lenient_json.h"

namespace vaettir::engine {
namespace {

constexpr std::pair<std::string_view, ValueType> kTypes[] = {
    {"any", ValueType::kAny},           {"string", ValueType::kString},
    {"number", ValueType::kNumber},     {"boolean", ValueType::kBoolean},
    {"array", ValueType::kArray},       {"object", ValueType::kObject},
    {"dateTime", ValueType::kDateTime}, {"binary", ValueType::kBinary},
};

std::string text_of(const json::Value& value) {
  return value.is_object() || value.is_array() ? json::to_text(value) : javascript_text(value);
}

std::optional<json::Value> to_boolean(const json::Value& value) {
  if (value.is_boolean()) return value;
  if (value.is_string()) {
    const std::string text = lower(value.string());
    if (text == "true" || text == "false") return json::Value(text == "true");
    if (trim(text).empty()) return std::nullopt;
  }
  const double number = javascript_number(value);
  if (number == 0 || number == 1) return json::Value(number == 1);
  return std::nullopt;
}

std::optional<json::Value> to_array(const json::Value& value) {
  if (value.is_array()) return value;
  std::string text = javascript_text(value);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Result<json::Value> parsed = json::parse(text);
    if (parsed && parsed->is_array()) return *parsed;
    std::replace(text.begin(), text.end(), '\'', '"');
  }
  return std::nullopt;
}

std::optional<json::Value> to_object(const json::Value& value) {
  if (value.is_object()) return value;
  if (!value.is_string()) return std::nullopt;
  const Result<json::Value> parsed = parse_lenient_json(value.string());
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return *parsed;
}

}  // namespace

std::optional<ValueType> value_type_named(std::string_view name) {
  for (const auto& [spelling, type] : kTypes) {
    if (spelling == name) return type;
  }
  return std::nullopt;
}

std::string_view name_of(ValueType type) { return kTypes[static_cast<std::size_t>(type)].first; }

bool is_of_type(const json::Value& value, ValueType type) {
  if (value.is_nothing()) return true;
  switch (type) {
    case ValueType::kAny:
      return true;
    case ValueType::kString:
      return value.is_string();
    case ValueType::kNumber:
      return value.is_number();
    case ValueType::kBoolean:
      return value.is_boolean();
    case ValueType::kArray:
      return value.is_array();
    case ValueType::kObject:
      return value.is_object();
    // JSON has no dates: what reads as one is one.
    case ValueType::kDateTime:
      return converted(value, type).has_value();
    case ValueType::kBinary:
      return value.is_object();
  }
  return false;
}

std::optional<json::Value> converted(const json::Value& value, ValueType type) {
  if (value.is_nothing()) return value;
  switch (type) {
    case ValueType::kAny:
      return value;
    case ValueType::kString:
      return value.is_string() ? value : json::Value(text_of(value));
    case ValueType::kNumber: {
      const double number = javascript_number(value);
      if (std::isnan(number)) return std::nullopt;
      return json::Value(number);
    }
    case ValueType::kBoolean:
      return to_boolean(value);
    case ValueType::kArray:
      return to_array(value);
    case ValueType::kObject:
      return to_object(value);
    case ValueType::kDateTime: {
      const std::optional<DateTime> date = parse_date_time(javascript_text(value));
      if (!date) return std::nullopt;
      return json::Value(date->iso());
    }
    case ValueType::kBinary: {
      const bool is_file =
          value["mimeType"].is_string() && (value["data"].is_string() || value["id"].is_string());
      if (!is_file) return std::nullopt;
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace vaettir::engine
