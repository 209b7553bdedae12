// JsonSchema: the visitor that describes a settings struct for editors, the reference documentation
// and the console's forms (JSON Schema 2020-12, without the outer "$schema").
#pragma once
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/schema/reader.h"
#include "base/schema/value.h"
#include "base/schema/writer.h"

namespace vaettir::schema {

template <class T>
json::Value json_schema();

namespace detail {
json::Value typed(std::string_view type, std::string_view format = "");

template <class T>
json::Value value_schema() {
  if constexpr (std::same_as<T, bool>) {
    return typed("boolean");
  } else if constexpr (std::integral<T>) {
    json::Value schema = typed("integer");
    return std::unsigned_integral<T> ? schema.with("minimum", 0) : schema;
  } else if constexpr (std::same_as<T, double>) {
    return typed("number");
  } else if constexpr (std::same_as<T, Duration>) {
    return typed("string", "duration");
  } else if constexpr (std::same_as<T, ByteSize>) {
    return typed("string", "bytes");
  } else if constexpr (std::same_as<T, Secret>) {
    return typed("string", "password");
  } else if constexpr (std::same_as<T, std::string>) {
    return typed("string");
  } else if constexpr (TextValue<T>) {
    return typed("string").with("title", T::kKind);
  } else if constexpr (std::same_as<T, Node>) {
    return json::Value::object({});
  } else if constexpr (IsLocated<T>::value) {
    return value_schema<decltype(T::value)>();
  } else if constexpr (IsOptional<T>::value) {
    return value_schema<typename T::value_type>();
  } else if constexpr (IsVector<T>::value) {
    return typed("array").with("items", value_schema<typename T::value_type>());
  } else if constexpr (IsMap<T>::value) {
    using Item = std::remove_cvref_t<decltype(T{}.items[0].value)>;
    return typed("object").with("additionalProperties", value_schema<Item>());
  } else {
    return json_schema<T>();
  }
}
}  // namespace detail

class JsonSchema {
 public:
  template <class T, class... C>
  void operator()(std::string_view name, T& field, std::string_view help, const C&... constraints) {
    json::Value schema = detail::value_schema<T>();
    if constexpr ((std::same_as<C, Required> || ...)) {
      required_.push_back(json::Value(name));
    } else if constexpr (!detail::Struct<T>) {
      json::Value fallback = detail::write_value(field, Secrets::kHide);
      if (!fallback.is_undefined()) schema = schema.with("default", fallback);
    }
    ((schema = constrain(schema, constraints)), ...);
    properties_.set(name, schema.with("description", help));
  }
  void not_yet(const NotYet&, std::string_view, std::initializer_list<std::string_view>) {}
  void unsupported(std::string_view, std::string_view) {}
  json::Value finish();

 private:
  static json::Value constrain(const json::Value& schema, Required) { return schema; }
  static json::Value constrain(const json::Value& schema, NonEmpty);
  static json::Value constrain(const json::Value& schema, const Range& range);
  static json::Value constrain(const json::Value& schema, const OneOf& allowed);
  template <class T>
  static json::Value constrain(const json::Value& schema, const Satisfies<T>&) {
    return schema;
  }

  json::ObjectBuilder properties_;
  std::vector<json::Value> required_;
};

template <class T>
json::Value json_schema() {
  T defaults{};
  JsonSchema visitor;
  defaults.fields(visitor);
  return visitor.finish();
}

}  // namespace vaettir::schema
