#include "engine/nodes/value_path.h"

#include <optional>
#include <span>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

// Beyond it a sparse array would be written out element by element.
constexpr std::size_t kLongestGap = 10'000;

std::optional<std::size_t> index_of(std::string_view segment) {
  if (segment.empty() || segment.size() > 9 || (segment[0] == '0' && segment.size() > 1)) {
    return std::nullopt;
  }
  const std::optional<std::uint64_t> number = parse_unsigned(segment);
  return number ? std::optional<std::size_t>(*number) : std::nullopt;
}

using Segments = std::span<const std::string>;

json::Value set(const json::Value& root, Segments path, json::Value value) {
  if (path.empty()) return value;
  const std::optional<std::size_t> index = index_of(path[0]);
  const bool container = root.is_object() || root.is_array();
  const bool into_array = root.is_array() || (!container && index);
  json::Value inner = set(member_at(root, path[0]), path.subspan(1), std::move(value));
  if (into_array && index && *index <= root.size() + kLongestGap) {
    std::vector<json::Value> elements;
    if (root.is_array()) elements.assign(root.elements().begin(), root.elements().end());
    if (*index >= elements.size()) elements.resize(*index + 1, json::Value(nullptr));
    elements[*index] = std::move(inner);
    return json::Value::array(std::move(elements));
  }
  return root.with(path[0], std::move(inner));
}

json::Value unset(const json::Value& root, Segments path) {
  if (path.size() == 1 && root.is_object()) return root.without(path[0]);
  const json::Value& inner = member_at(root, path[0]);
  if (path.size() == 1 || inner.is_undefined()) return root;
  return set(root, path.first(1), unset(inner, path.subspan(1)));
}

}  // namespace

const json::Value& member_at(const json::Value& value, const std::string& segment) {
  if (value.is_array()) {
    if (const std::optional<std::size_t> index = index_of(segment)) return value[*index];
  }
  return value[std::string_view(segment)];
}

std::vector<std::string> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  std::size_t at = 0;
  while (at < path.size()) {
    if (path[at] == '.') {
      ++at;
      continue;
    }
    if (path[at] != '[') {
      const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
      segments.emplace_back(path.substr(at, end - at));
      at = end;
      continue;
    }
    std::size_t close = path.find(']', at);
    std::string_view inner = path.substr(at + 1, close == path.npos ? path.npos : close - at - 1);
    if (!inner.empty() && (inner[0] == '"' || inner[0] == '\'')) {
      // The quoted name may hold brackets itself.
      const std::size_t quote = path.find(inner[0], at + 2);
      if (quote != path.npos && path.substr(quote + 1).starts_with(']')) {
        close = quote + 1;
        inner = path.substr(at + 2, quote - at - 2);
      }
    }
    segments.emplace_back(inner);
    at = close == path.npos ? path.size() : close + 1;
  }
  return segments;
}

json::Value value_at(const json::Value& root, std::string_view path) {
  if (root.has(path)) return root[path];
  const json::Value* at = &root;
  for (const std::string& segment : path_segments(path)) at = &member_at(*at, segment);
  return *at;
}

json::Value with_value_at(const json::Value& root, std::string_view path, json::Value value) {
  const std::vector<std::string> segments = path_segments(path);
  if (segments.empty() || root.has(path)) return root.with(path, std::move(value));
  return set(root, segments, std::move(value));
}

json::Value without_value_at(const json::Value& root, std::string_view path) {
  const std::vector<std::string> segments = path_segments(path);
  if (segments.empty() || root.has(path)) return root.without(path);
  return unset(root, segments);
}

}  // namespace vaettir::engine
