#include "engine/triggers/multipart.h"

#include <fmt/format.h>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

// RFC 2046 section 5.1.1.
constexpr std::size_t kLongestBoundary = 70;
// Each part costs a few allocations; people's forms have a few dozen.
constexpr std::size_t kMostParts = 1000;

// The header block of one part, up to the empty line; moves `rest` behind it.
Result<FormPart> parse_head(std::string_view& rest) {
  FormPart part;
  bool named = false;
  while (true) {
    const std::size_t end = rest.find("\r\n");
    if (end == std::string_view::npos)
      return fail(Cause::kBadRequest, "a part of the form has no end of its head");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return fail(Cause::kBadRequest, "a part of the form has a head line without a colon");
    const std::string_view value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(line.substr(0, colon), "content-disposition")) {
      if (auto name = header_parameter(value, "name")) {
        part.name = *std::move(name);
        named = true;
      }
      part.file_name = header_parameter(value, "filename");
    } else if (equal_ignoring_case(line.substr(0, colon), "content-type")) {
      part.content_type = value;
    }
  }
  if (!named) return fail(Cause::kBadRequest, "a part of the form has no name");
  return part;
}

}  // namespace

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
  std::size_t at = value.find(';');
  while (at != std::string_view::npos && at < value.size()) {
    std::string_view rest = trim(value.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = equal_ignoring_case(trim(rest.substr(0, equals)), name);
    rest = trim(rest.substr(equals + 1));
    std::string text;
    std::size_t end = 0;
    if (rest.starts_with('"')) {
      // A backslash before a letter is part of a Windows path in what browsers once sent; only
      // quoted quotes and backslashes lose theirs.
      for (end = 1; end < rest.size() && rest[end] != '"'; ++end) {
        const bool escape = rest[end] == '\\' && end + 1 < rest.size() &&
                            (rest[end + 1] == '"' || rest[end + 1] == '\\');
        if (escape) ++end;
        text += rest[end];
      }
    } else {
      end = std::min(rest.find(';'), rest.size());
      text = trim(rest.substr(0, end));
    }
    if (wanted) return text;
    const std::size_t next = rest.find(';', end);
    if (next == std::string_view::npos) return std::nullopt;
    at = static_cast<std::size_t>(rest.data() - value.data()) + next;
  }
  return std::nullopt;
}

Result<std::vector<FormPart>> parse_multipart(std::string_view content_type,
                                              std::string_view body) {
  const std::optional<std::string> boundary = header_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary)
    return fail(Cause::kBadRequest, "multipart/form-data without a usable boundary");
  const std::string delimiter = "\r\n--" + *boundary;
  const std::string_view opening = std::string_view(delimiter).substr(2);
  std::string_view rest = body;
  if (!rest.starts_with(opening)) {  // a preamble is allowed and ignored
    const std::size_t start = rest.find(delimiter);
    if (start == std::string_view::npos)
      return fail(Cause::kBadRequest, "the form does not begin with its boundary");
    rest.remove_prefix(start + 2);
  }
  rest.remove_prefix(opening.size());
  std::vector<FormPart> parts;
  while (!rest.starts_with("--")) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos || !trim(rest.substr(0, line_end)).empty())
      return fail(Cause::kBadRequest, "a boundary of the form is followed by other text");
    rest.remove_prefix(line_end + 2);
    TRY(FormPart part, parse_head(rest));
    const std::size_t end = rest.find(delimiter);
    if (end == std::string_view::npos)
      return fail(Cause::kBadRequest,
                  fmt::format("the part '{}' of the form has no end", part.name));
    part.content = rest.substr(0, end);
    rest.remove_prefix(end + delimiter.size());
    parts.push_back(std::move(part));
    if (parts.size() > kMostParts)
      return fail(Cause::kBadRequest, fmt::format("more than {} parts in a form", kMostParts));
  }
  return parts;
}

}  // namespace vaettir::engine
