// Writer: the visitor that turns a settings struct back into data, defaults filled in: the
// effective configuration (secrets hidden) and, with secrets revealed, the text whose hash says
// whether two settings are the same.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/core/time.h"
#include "base/schema/node.h"
#include "base/schema/reader.h"
#include "base/schema/value.h"

namespace vaettir::schema {

enum class Secrets : std::uint8_t { kHide, kReveal };
inline constexpr std::string_view kHidden = "********";

template <class T>
json::Value write(const T& value, Secrets secrets = Secrets::kHide);

// A Node as data: scalars by their kind.
json::Value to_json(const Node& node);
// Block YAML that parse_yaml reads back; scalars are quoted where they would change their type.
std::string to_yaml(const json::Value& value);
// FNV-1a over bytes: for structural hashes, not against attackers.
std::uint64_t hash_text(std::string_view text);

namespace detail {
template <class T>
json::Value write_value(const T& value, Secrets secrets) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
    return value;
  } else if constexpr (std::integral<T>) {
    return json::Value(static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::string>) {
    return json::Value(value);
  } else if constexpr (std::same_as<T, Secret>) {
    return json::Value(secrets == Secrets::kReveal ? std::string_view(value.reveal()) : kHidden);
  } else if constexpr (std::same_as<T, Duration>) {
    return json::Value(vaettir::to_text(value));
  } else if constexpr (std::same_as<T, ByteSize> || TextValue<T>) {
    return json::Value(std::string(value.text()));
  } else if constexpr (std::same_as<T, Node>) {
    return to_json(value);
  } else if constexpr (IsLocated<T>::value) {
    return write_value(value.value, secrets);
  } else if constexpr (IsOptional<T>::value) {
    return value ? write_value(*value, secrets) : json::Value();
  } else if constexpr (IsVector<T>::value) {
    std::vector<json::Value> elements;
    for (const auto& each : value) elements.push_back(write_value(each, secrets));
    return json::Value::array(std::move(elements));
  } else if constexpr (IsMap<T>::value) {
    json::ObjectBuilder object;
    for (const auto& each : value) object.set(each.name, write_value(each.value, secrets));
    return object.finish();
  } else {
    return write(value, secrets);
  }
}
}  // namespace detail

class Writer {
 public:
  explicit Writer(Secrets secrets) : secrets_(secrets) {}
  template <class T, class... C>
  void operator()(std::string_view name, const T& field, std::string_view /*help*/, const C&...) {
    json::Value value = detail::write_value(field, secrets_);
    if (!value.is_undefined()) object_.set(name, std::move(value));
  }
  void not_yet(const NotYet&, std::string_view, std::initializer_list<std::string_view>) {}
  void unsupported(std::string_view, std::string_view) {}
  json::Value finish() { return object_.finish(); }

 private:
  Secrets secrets_;
  json::ObjectBuilder object_;
};

template <class T>
json::Value write(const T& value, Secrets secrets) {
  Writer writer(secrets);
  const_cast<T&>(value).fields(
      writer);  // fields() is one list for all visitors; this one only reads
  return writer.finish();
}

// Equal settings give equal hashes: in every process and release that has the same fields.
template <class T>
std::uint64_t structural_hash(const T& value) {
  return hash_text(json::to_text(write(value, Secrets::kReveal)));
}

}  // namespace vaettir::schema
