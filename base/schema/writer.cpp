#include "base/schema/writer.h"

#include "base/schema/scalar.h"

namespace vaettir::schema {
namespace {

constexpr std::size_t kStep = 2;  // columns per level

// Would the text, written plain, be read as something else? A few texts too many are quoted, which
// does no harm.
bool needs_quotes(std::string_view text) {
  if (core_kind(text) != Node::Kind::kString) return true;
  if (std::string_view("-?:,[]{}#&*!|>'%@`=~ ").contains(text.front())) return true;
  if (text.find_first_of("\n\r\t\"\\") != std::string_view::npos) return true;
  return text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.ends_with(' ');
}

void append_scalar(std::string& out, const json::Value& value) {
  if (value.is_string() && !needs_quotes(value.string())) {
    out += value.string();
  } else {
    out += json::to_text(value);  // a JSON string is a double-quoted YAML scalar
  }
}

void append(std::string& out, const json::Value& value, std::size_t indent, bool in_list) {
  std::string margin(indent, ' ');
  bool first = in_list;
  auto begin_line = [&] {
    if (!first) out += margin;
    first = false;
  };
  auto nested = [&](const json::Value& inner, bool list) {
    bool composite = (inner.is_object() || inner.is_array()) && !inner.empty();
    if (!composite) {
      out += ' ';
      append_scalar(out, inner);
      out += '\n';
    } else if (list) {
      out += ' ';
      append(out, inner, indent + kStep, true);
    } else {
      out += '\n';
      append(out, inner, indent + kStep, false);
    }
  };
  if (value.is_object()) {
    for (const json::Member& each : value.members()) {
      begin_line();
      append_scalar(out, each.key_text);
      out += ':';
      nested(each.value, false);
    }
  } else {
    for (const json::Value& each : value.elements()) {
      begin_line();
      out += '-';
      nested(each, true);
    }
  }
}

}  // namespace

json::Value to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kBoolean:
      return node.text[0] == 't' || node.text[0] == 'T';
    case Node::Kind::kInteger:
    case Node::Kind::kNumber: {
      // What JSON would write otherwise (0x1F, .inf, 1e400) stays text.
      auto number = json::parse(node.text);
      return number && json::to_text(*number) == node.text ? *number : json::Value(node.text);
    }
    case Node::Kind::kString:
      return json::Value(node.text);
    case Node::Kind::kSequence: {
      std::vector<json::Value> elements;
      for (const Node& each : node.elements) elements.push_back(to_json(each));
      return json::Value::array(std::move(elements));
    }
    case Node::Kind::kMapping: {
      json::ObjectBuilder object;
      for (const Entry& each : node.entries) object.set(each.key, to_json(each.value));
      return object.finish();
    }
  }
  return {};
}

std::string to_yaml(const json::Value& value) {
  std::string out;
  if ((value.is_object() || value.is_array()) && !value.empty()) {
    append(out, value, 0, false);
  } else {
    append_scalar(out, value);
    out += '\n';
  }
  return out;
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace vaettir::schema
