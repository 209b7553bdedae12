#include "engine/nodes/normalise.h"

#include <set>

namespace vaettir::engine {
namespace {

json::Value parsed(std::string_view text) {
  Result<json::Value> value = json::parse(text);
  CHECK(value.has_value());  // tables are made by the build
  return *std::move(value);
}

bool fits(const Comparand& comparand, const json::Value& value) {
  const json::Value wanted = parsed(comparand.value);
  if (comparand.comparison == Comparison::kEquals) return value == wanted;
  if (comparand.comparison == Comparison::kNot) return !(value == wanted);
  if (!value.is_number() || !wanted.is_number()) return false;
  switch (comparand.comparison) {
    case Comparison::kGreater:
      return value.number() > wanted.number();
    case Comparison::kGreaterOrEqual:
      return value.number() >= wanted.number();
    case Comparison::kLess:
      return value.number() < wanted.number();
    default:
      return value.number() <= wanted.number();
  }
}

bool is_expression(const json::Value& value) {
  return value.is_string() && value.string().starts_with('=');
}

// One list of properties with the values saved for it. Values of other properties are asked for
// while conditions are decided, so that the order of the list does not matter.
class Level {
 public:
  Level(std::span<const Property> properties, const json::Value& saved, bool with_defaults,
        const Level* root, double version)
      : properties_(properties), saved_(saved), with_defaults_(with_defaults), version_(version) {
    root_ = root ? root : this;
  }

  json::Value normalised() const {
    json::ObjectBuilder out;
    for (const Property& property : properties_) {
      const bool given = !saved_[property.name].is_undefined();
      if ((!given && !with_defaults_) || !is_displayed(property)) continue;
      out.set(property.name, value_of(property));
    }
    return out.finish();
  }

 private:
  bool is_displayed(const Property& property) const {
    if (!deciding_.insert(&property).second) return true;  // two that hide each other: both stay
    const bool displayed = decide(property);
    deciding_.erase(&property);
    return displayed;
  }

  bool decide(const Property& property) const {
    for (const DisplayCondition& condition : property.show) {
      const json::Value value = controlling(condition.key);
      if (is_expression(value)) return true;  // known only when it runs
      if (!holds(condition, value)) return false;
    }
    for (const DisplayCondition& condition : property.hide) {
      const json::Value value = controlling(condition.key);
      if (!value.is_undefined() && holds(condition, value)) return false;
    }
    return true;
  }

  static bool holds(const DisplayCondition& condition, const json::Value& value) {
    if (value.is_array()) {
      for (const json::Value& element : value.elements()) {
        if (holds(condition, element)) return true;
      }
      return false;
    }
    for (const Comparand& comparand : condition.any) {
      if (fits(comparand, value)) return true;
    }
    return false;
  }

  // The value a condition looks at: of a sibling, of the node's root, or the type's version.
  json::Value controlling(std::string_view key) const {
    if (key == "@version") return json::Value(version_);
    if (key.starts_with('/')) return root_->value_named(key.substr(1));
    return value_named(key);
  }

  json::Value value_named(std::string_view name) const {
    for (const Property& property : properties_) {
      if (property.name != name || !is_displayed(property)) continue;
      const json::Value& saved = saved_[name];
      if (!saved.is_undefined()) return saved;
      return with_defaults_ ? parsed(property.default_value) : json::Value();
    }
    return json::Value();
  }

  json::Value value_of(const Property& property) const {
    json::Value saved = saved_[property.name];
    if (saved.is_null() && !keeps_null(property.type)) saved = json::Value();
    if (saved.is_undefined()) saved = parsed(property.default_value);
    if (is_expression(saved) && !property.no_expression) return saved;
    if (property.no_expression && is_expression(saved)) saved = without_mark(saved);
    switch (property.type) {
      case PropertyType::kCollection:
        return collection(property, saved);
      case PropertyType::kFixedCollection:
        return fixed_collection(property, saved);
      case PropertyType::kFilter:
        return filter(saved);
      case PropertyType::kAssignmentCollection:
        return saved["assignments"].is_array() ? saved
                                               : saved.with("assignments", json::Value::array({}));
      case PropertyType::kResourceLocator:
        return saved.is_object() ? saved.with("__rl", json::Value(true)) : saved;
      default:
        return saved;
    }
  }

  // n8n takes a saved null of these types for a value, of all others for none.
  static bool keeps_null(PropertyType type) {
    return type == PropertyType::kBoolean || type == PropertyType::kNumber ||
           type == PropertyType::kOptions;
  }

  // A text that is only a $fromAI call stays what it is.
  static json::Value without_mark(const json::Value& value) {
    const std::string text(value.string());
    if (text.find("$fromAI") != std::string::npos) return value;
    return json::Value(text.substr(1));
  }

  json::Value collection(const Property& property, const json::Value& saved) const {
    if (property.multiple || !saved.is_object()) return saved;
    return Level(property.children, saved, false, root_, version_).normalised();
  }

  json::Value fixed_collection(const Property& property, const json::Value& saved) const {
    if (!saved.is_object()) return saved;
    json::ObjectBuilder out;
    for (const Property& group : property.children) {
      const json::Value& entries = saved[group.name];
      if (entries.is_undefined()) continue;
      if (!property.multiple) {
        out.set(group.name, entry(group, entries.is_array() ? entries[0] : entries));
        continue;
      }
      std::vector<json::Value> list;
      if (entries.is_object()) list.push_back(entry(group, entries));
      if (entries.is_array()) {
        for (const json::Value& one : entries.elements()) list.push_back(entry(group, one));
      }
      out.set(group.name, is_expression(entries) ? entries : json::Value::array(std::move(list)));
    }
    return out.finish();
  }

  json::Value entry(const Property& group, const json::Value& saved) const {
    if (is_expression(saved)) return saved;
    return Level(group.children, saved, true, root_, version_).normalised();
  }

  static json::Value filter(const json::Value& saved) {
    json::Value options = saved["options"].is_object() ? saved["options"] : json::Value::object({});
    static constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {
        {"caseSensitive", "true"},
        {"leftValue", "\"\""},
        {"typeValidation", "\"strict\""},
        {"version", "1"},
    };
    for (const auto& [name, value] : kDefaults) {
      if (options[name].is_nothing()) options = options.with(name, parsed(value));
    }
    json::Value out = saved.with("options", options);
    if (!out["combinator"].is_string()) out = out.with("combinator", json::Value("and"));
    if (!out["conditions"].is_array()) out = out.with("conditions", json::Value::array({}));
    return out;
  }

  std::span<const Property> properties_;
  const json::Value& saved_;
  bool with_defaults_;  // a collection holds only what was added to it
  const Level* root_;
  double version_;
  mutable std::set<const Property*> deciding_;
};

}  // namespace

json::Value normalise(const NodeDescription& description, double version,
                      const json::Value& parameters) {
  return Level(description.properties, parameters, true, nullptr, version).normalised();
}

}  // namespace vaettir::engine
