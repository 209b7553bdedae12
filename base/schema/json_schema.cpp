#include "base/schema/json_schema.h"

namespace vaettir::schema {

namespace detail {
json::Value typed(std::string_view type, std::string_view format) {
  json::Value schema = json::Value::object({{"type", json::Value(type)}});
  return format.empty() ? schema : schema.with("format", format);
}
}  // namespace detail

json::Value JsonSchema::finish() {
  json::Value schema = detail::typed("object")
                           .with("additionalProperties", false)
                           .with("properties", properties_.finish());
  if (required_.empty()) return schema;
  return schema.with("required", json::Value::array(std::move(required_)));
}

json::Value JsonSchema::constrain(const json::Value& schema, NonEmpty) {
  std::string_view type = schema["type"].string_or("");
  if (type == "array") return schema.with("minItems", 1);
  if (type == "object") return schema.with("minProperties", 1);
  return schema.with("minLength", 1);
}

json::Value JsonSchema::constrain(const json::Value& schema, const Range& range) {
  // Durations and sizes are text in the file: JSON Schema has no bounds for those.
  if (schema["type"].string_or("") == "string") return schema;
  return schema.with("minimum", range.min).with("maximum", range.max);
}

json::Value JsonSchema::constrain(const json::Value& schema, const OneOf& allowed) {
  std::vector<json::Value> values(allowed.values.begin(), allowed.values.end());
  return schema.with("enum", json::Value::array(std::move(values)));
}

}  // namespace vaettir::schema
