#include "base/http/headers.h"

#include "base/core/text.h"
#include "base/http/characters.h"

namespace vaettir::http {
namespace {

bool is_named(const Field& field, std::string_view name, Name id) {
  if (id != Name::kOther || field.id != Name::kOther) return field.id == id;
  return equal_ignoring_case(field.name, name);
}

}  // namespace

bool is_field_name(std::string_view text) { return is_token(text); }

bool is_field_value(std::string_view text) {
  return first_control(text.data(), text.data() + text.size()) == text.data() + text.size();
}

void Headers::set(Name name, std::string_view value) { set(spelling(name), value); }

void Headers::set(std::string_view name, std::string_view value) {
  const Name id = name_of(name);
  bool placed = false;
  std::erase_if(fields_, [&](Field& field) {
    if (!is_named(field, name, id)) return false;
    if (std::exchange(placed, true)) return true;
    field = {name, value, id};
    return false;
  });
  if (!placed) fields_.push_back({name, value, id});
}

void Headers::remove(Name name) {
  std::erase_if(fields_, [name](const Field& field) { return field.id == name; });
}

void Headers::remove(std::string_view name) {
  const Name id = name_of(name);
  std::erase_if(fields_, [&](const Field& field) { return is_named(field, name, id); });
}

std::optional<std::string_view> Headers::find(Name name) const {
  for (const Field& field : fields_) {
    if (field.id == name) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  const Name id = name_of(name);
  for (const Field& field : fields_) {
    if (is_named(field, name, id)) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::count(Name name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [name](const Field& field) { return field.id == name; }));
}

bool Headers::lists(Name name, std::string_view token) const {
  for (const Field& field : fields_) {
    if (field.id != name) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

}  // namespace vaettir::http
