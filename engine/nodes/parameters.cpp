#include "engine/nodes/parameters.h"

#include "engine/nodes/value_path.h"

namespace vaettir::engine {

ParameterTemplate ParameterTemplate::build(const json::Value& normalised) {
  ParameterTemplate out;
  out.add(normalised);
  return out;
}

std::size_t ParameterTemplate::add(const json::Value& value) {
  Slot slot;
  bool is_fixed = true;
  const auto branch = [&](std::string_view key, const json::Value& child) {
    const std::size_t index = add(child);
    is_fixed = is_fixed && slots_[index].kind == Slot::Kind::kFixed;
    slot.branches.push_back({std::string(key), index});
  };
  if (Expression::is_expression(value)) {
    Expression expression = Expression::parse(value.string());
    if (const std::optional<std::string> text = expression.fixed_text()) {
      slot.fixed = json::Value(*text);
    } else {
      is_fixed = false;
      slot.kind = Slot::Kind::kExpression;
      slot.expression = expressions_.size();
      expressions_.push_back(std::move(expression));
    }
  } else if (value.is_object()) {
    slot.kind = Slot::Kind::kObject;
    for (const json::Member& member : value.members()) branch(member.key(), member.value);
  } else if (value.is_array()) {
    slot.kind = Slot::Kind::kArray;
    for (const json::Value& element : value.elements()) branch({}, element);
  } else {
    slot.fixed = value;
  }
  if (is_fixed) {
    // Branches stay, so that paths lead into fixed values as well.
    if (slot.kind != Slot::Kind::kFixed) slot.fixed = fixed_value(slot);
    slot.kind = Slot::Kind::kFixed;
    slot.branches.clear();
  }
  slots_.push_back(std::move(slot));
  return slots_.size() - 1;
}

// Texts that only look like expressions ("=text") have become plain ones below.
json::Value ParameterTemplate::fixed_value(const Slot& slot) const {
  if (slot.kind == Slot::Kind::kArray) {
    std::vector<json::Value> elements;
    for (const Branch& branch : slot.branches) elements.push_back(slots_[branch.slot].fixed);
    return json::Value::array(std::move(elements));
  }
  json::ObjectBuilder out;
  for (const Branch& branch : slot.branches) out.set(branch.key, slots_[branch.slot].fixed);
  return out.finish();
}

const ParameterTemplate::Slot* ParameterTemplate::member(const Slot& slot,
                                                         std::string_view key) const {
  for (const Branch& branch : slot.branches) {
    if (branch.key == key) return &slots_[branch.slot];
  }
  return nullptr;
}

ParameterTemplate::Place ParameterTemplate::find(std::string_view path) const {
  if (slots_.empty()) return {};
  // Nearly all reads name a parameter and nothing in it.
  if (root().kind == Slot::Kind::kObject && path.find_first_of(".[") == path.npos) {
    return {member(root(), path), json::Value(), false, {}};
  }
  Place place{&root(), json::Value(), false, {}};
  for (const std::string& segment : path_segments(path)) {
    if (place.slot == nullptr) {
      place.inner = json::Value(member_at(place.inner, segment));
      continue;
    }
    const Slot& slot = *place.slot;
    const Slot* next = nullptr;
    if (slot.kind == Slot::Kind::kObject) {
      next = member(slot, segment);
    } else if (slot.kind == Slot::Kind::kArray) {
      std::size_t index = 0;
      const char* end = segment.data() + segment.size();
      const auto result = std::from_chars(segment.data(), end, index);
      if (result.ptr == end && index < slot.branches.size()) {
        next = &slots_[slot.branches[index].slot];
      }
    } else if (slot.kind == Slot::Kind::kFixed) {
      place = {nullptr, member_at(slot.fixed, segment), true, {}};
      continue;
    } else {
      // Below an expression: known only for an item.
      place.rest.push_back(segment);
      continue;
    }
    if (next == nullptr) return {};
    place.slot = next;
  }
  return place;
}

ResolvedParameters::ResolvedParameters(const ParameterTemplate& parameters, const Vantage& from,
                                       std::size_t items)
    : parameters_(parameters), items_(std::max<std::size_t>(items, 1)) {
  values_.reserve(parameters.expressions().size() * items_);
  for (const Expression& expression : parameters.expressions()) {
    for (std::size_t item = 0; item < items_; ++item) {
      values_.push_back(expression.evaluate(from, item));
    }
  }
}

Result<json::Value> ResolvedParameters::read(std::string_view path, std::size_t item) const {
  const ParameterTemplate::Place place = parameters_.find(path);
  if (place.slot == nullptr) return place.inner;
  TRY(json::Value value, read(*place.slot, item));
  for (const std::string& segment : place.rest) value = json::Value(member_at(value, segment));
  return value;
}

Result<json::Value> ResolvedParameters::read(const ParameterTemplate::Slot& slot,
                                             std::size_t item) const {
  using Kind = ParameterTemplate::Slot::Kind;
  switch (slot.kind) {
    case Kind::kFixed:
      return slot.fixed;
    case Kind::kExpression: {
      const Result<json::Value>& value =
          values_[slot.expression * items_ + std::min(item, items_ - 1)];
      if (value) return *value;
      return std::unexpected(value.error().copy());
    }
    case Kind::kArray: {
      std::vector<json::Value> elements;
      elements.reserve(slot.branches.size());
      for (const auto& branch : slot.branches) {
        TRY(json::Value element, read(parameters_.slot(branch.slot), item));
        elements.push_back(std::move(element));
      }
      return json::Value::array(std::move(elements));
    }
    case Kind::kObject:
      break;
  }
  json::ObjectBuilder out;
  for (const auto& branch : slot.branches) {
    TRY(json::Value member, read(parameters_.slot(branch.slot), item));
    out.set(branch.key, std::move(member));
  }
  return out.finish();
}

}  // namespace vaettir::engine
