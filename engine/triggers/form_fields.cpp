#include "engine/triggers/form_fields.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

// A value that still grows: text, a list with holes, or an object in order of arrival.
struct Growing {
  enum class Kind { kText, kList, kObject };
  Growing();
  Growing(Growing&& other) noexcept;
  Growing& operator=(Growing&& other) noexcept;
  ~Growing();

  Kind kind = Kind::kText;
  std::string text;
  std::map<std::size_t, Growing> list;
  std::vector<std::pair<std::string, Growing>> object;

  static Growing of_text(std::string value) {
    Growing made;
    made.text = std::move(value);
    return made;
  }
  Growing* member(std::string_view key) {
    for (auto& [name, value] : object)
      if (name == key) return &value;
    return nullptr;
  }
  void push(Growing value) {
    list.emplace(list.empty() ? 0 : list.rbegin()->first + 1, std::move(value));
  }
  void turn_into_object() {
    kind = Kind::kObject;
    for (auto& [index, value] : list) object.emplace_back(std::to_string(index), std::move(value));
    list.clear();
  }
  json::Value finish() const;
};

// Here, where the type that holds itself is complete.
Growing::Growing() = default;
Growing::Growing(Growing&& other) noexcept = default;
Growing& Growing::operator=(Growing&& other) noexcept = default;
Growing::~Growing() = default;

json::Value Growing::finish() const {
  switch (kind) {
    case Kind::kText:
      return json::Value(std::string_view(text));
    case Kind::kList: {
      std::vector<json::Value> elements;
      elements.reserve(list.size());
      for (const auto& [index, value] : list) elements.push_back(value.finish());
      return json::Value::array(std::move(elements));
    }
    case Kind::kObject: {
      std::vector<std::pair<std::string, json::Value>> members;
      members.reserve(object.size());
      for (const auto& [name, value] : object) members.emplace_back(name, value.finish());
      return json::Value::object(std::move(members));
    }
  }
  return {};
}

// What qs calls merge: the second value of a place joins the first.
void merge(Growing& into, Growing from) {
  using Kind = Growing::Kind;
  if (from.kind == Kind::kText) {
    if (into.kind == Kind::kList) {
      into.push(std::move(from));
    } else if (into.kind == Kind::kObject) {
      if (into.member(from.text) == nullptr)
        into.object.emplace_back(from.text, Growing::of_text("true"));
    } else {
      Growing first = std::exchange(into, Growing{});
      into.kind = Kind::kList;
      into.push(std::move(first));
      into.push(std::move(from));
    }
    return;
  }
  if (into.kind == Kind::kText) {
    Growing first = std::exchange(into, Growing{});
    into.kind = Kind::kList;
    into.push(std::move(first));
    if (from.kind == Kind::kList) {
      for (auto& [index, value] : from.list) into.push(std::move(value));
    } else {
      into.push(std::move(from));
    }
    return;
  }
  if (into.kind == Kind::kList && from.kind == Kind::kList) {
    for (auto& [index, value] : from.list) {
      auto [at, fresh] = into.list.try_emplace(index);
      if (fresh)
        at->second = std::move(value);
      else if (at->second.kind != Kind::kText && value.kind != Kind::kText)
        merge(at->second, std::move(value));
      else
        into.push(std::move(value));
    }
    return;
  }
  if (into.kind == Kind::kList) into.turn_into_object();
  if (from.kind == Kind::kList) from.turn_into_object();
  for (auto& [name, value] : from.object) {
    if (Growing* there = into.member(name))
      merge(*there, std::move(value));
    else
      into.object.emplace_back(std::move(name), std::move(value));
  }
}

std::string decode(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced)
    if (c == '+') c = ' ';
  std::optional<std::string> decoded = percent_decode(spaced);
  return decoded && is_valid_utf8(*decoded) ? *std::move(decoded) : spaced;
}

struct Step {
  std::string name;
  bool in_brackets = false;
};

// "a[b][]" -> a, [b], []; what lies deeper than the limit is one last step, brackets and all.
std::vector<Step> split_key(const std::string& key, std::size_t depth) {
  std::vector<Step> steps;
  std::size_t open = key.find('[');
  if (open == std::string::npos) return {{key, false}};
  if (open > 0) steps.push_back({key.substr(0, open), false});
  while (open != std::string::npos && open < key.size()) {
    const std::size_t close = key.find(']', open);
    if (close == std::string::npos || key[open] != '[') break;
    if (steps.size() > depth) {
      steps.push_back({key.substr(open), false});
      return steps;
    }
    steps.push_back({key.substr(open + 1, close - open - 1), true});
    open = key.find('[', close);
  }
  if (steps.empty()) steps.push_back({key, false});  // "[" alone names itself
  return steps;
}

// The value wrapped into its steps, from the last to the first.
Growing wrap(const std::vector<Step>& steps, Growing leaf, std::size_t highest_index) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    Growing outer;
    const auto index = parse_unsigned(step->name);
    const bool is_index = step->in_brackets && index && *index <= highest_index &&
                          std::to_string(*index) == step->name;
    if (step->in_brackets && step->name.empty()) {
      outer.kind = Growing::Kind::kList;
      if (leaf.kind == Growing::Kind::kList)
        outer.list = std::move(leaf.list);
      else
        outer.push(std::move(leaf));
    } else if (is_index) {
      outer.kind = Growing::Kind::kList;
      outer.list.emplace(*index, std::move(leaf));
    } else {
      outer.kind = Growing::Kind::kObject;
      outer.object.emplace_back(step->name, std::move(leaf));
    }
    leaf = std::move(outer);
  }
  return leaf;
}

}  // namespace

Result<json::Value> parse_form_fields(std::string_view text, const FormLimits& limits) {
  // The same key again makes a list before anything is nested, so a[b]=1&a[b]=2 is {a:{b:[1,2]}}.
  std::vector<std::pair<std::string, Growing>> fields;
  std::map<std::string, std::size_t, std::less<>> places;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view field = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (field.empty()) continue;
    if (++count > limits.fields)
      return fail(Cause::kBadRequest, fmt::format("more than {} form fields", limits.fields));
    // The "=" after a closing bracket counts, so that a value may hold brackets and a key "=".
    const std::size_t bracketed = field.find("]=");
    const std::size_t equals =
        bracketed == std::string_view::npos ? field.find('=') : bracketed + 1;
    std::string key = decode(field.substr(0, equals));
    if (key.empty()) continue;
    Growing value = Growing::of_text(
        equals == std::string_view::npos ? std::string() : decode(field.substr(equals + 1)));
    auto [place, fresh] = places.try_emplace(key, fields.size());
    if (fresh)
      fields.emplace_back(std::move(key), std::move(value));
    else
      merge(fields[place->second].second, std::move(value));
  }
  Growing whole;
  whole.kind = Growing::Kind::kObject;
  for (auto& [key, value] : fields)
    merge(whole, wrap(split_key(key, limits.depth), std::move(value), limits.highest_index));
  return whole.finish();
}

}  // namespace vaettir::engine
