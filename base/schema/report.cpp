#include "base/schema/report.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace vaettir::schema {
namespace {

// Longer lines are cut around the place, so that a terminal does not wrap the caret away.
constexpr std::size_t kMaxExcerpt = 160;
constexpr std::size_t kContextBefore = 60;
constexpr std::string_view kIndent = "    ";

std::string_view line_of(std::string_view text, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t at = 1; at < line; at++) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return {};
    begin++;
  }
  std::string_view rest = text.substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// As many columns as `text` takes on a terminal: tabs stay tabs.
std::string blank(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\t') {
      out += '\t';
    } else if (!continues_character(c)) {
      out += ' ';
    }
  }
  return out;
}

}  // namespace

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNotice:
      return "notice";
  }
  return "";
}

SourceId Report::add_source(std::string name, std::string text) {
  sources_.push_back({std::move(name), std::move(text), {}});
  return static_cast<SourceId>(sources_.size() - 1);
}

void Report::add(Severity severity, bool isolated, Location at, std::string message,
                 std::string hint) {
  if (silenced_.contains(std::tuple(at.source, at.line, at.column))) return;
  // An aliased node is read once per use; it is wrong once.
  if (!seen_.emplace(at.source, at.line, at.column, message).second) return;
  found_.push_back({severity, isolated, at, std::move(message), std::move(hint)});
}

void Report::error(Location at, std::string message, std::string hint) {
  add(Severity::kError, false, at, std::move(message), std::move(hint));
}
void Report::isolated_error(Location at, std::string message, std::string hint) {
  add(Severity::kError, true, at, std::move(message), std::move(hint));
}
void Report::warning(Location at, std::string message, std::string hint) {
  add(Severity::kWarning, false, at, std::move(message), std::move(hint));
}
void Report::notice(Location at, std::string message, std::string hint) {
  add(Severity::kNotice, false, at, std::move(message), std::move(hint));
}

void Report::silence(Location at) { silenced_.emplace(at.source, at.line, at.column); }

void Report::conceal(Location at) {
  if (at.source < sources_.size()) sources_[at.source].secrets.push_back(at);
}

std::vector<Diagnostic> Report::sorted() const {
  std::vector<std::size_t> order(found_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto key = [this](std::size_t i) {
    const Location& at = found_[i].at;
    // kNoSource is the largest number: + 1 makes it the first.
    return std::tuple(at.source + 1, at.line, at.column, i);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<Diagnostic> out;
  for (std::size_t i : order) out.push_back(found_[i]);
  return out;
}

std::size_t Report::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(found_.begin(), found_.end(),
                    [&](const Diagnostic& each) { return each.severity == severity; }));
}

bool Report::broken() const {
  return std::any_of(found_.begin(), found_.end(), [](const Diagnostic& each) {
    return each.severity == Severity::kError && !each.isolated;
  });
}

bool Report::broken(SourceId source) const {
  return std::any_of(found_.begin(), found_.end(), [&](const Diagnostic& each) {
    return each.severity == Severity::kError && !each.isolated && each.at.source == source;
  });
}

std::string_view Report::source_name(SourceId source) const {
  return source < sources_.size() ? std::string_view(sources_[source].name) : std::string_view();
}

std::string_view Report::source_text(SourceId source) const {
  return source < sources_.size() ? std::string_view(sources_[source].text) : std::string_view();
}

std::string Report::excerpt(Location at) const {
  std::string line(line_of(source_text(at.source), at.line));
  for (const Location& secret : sources_[at.source].secrets) {
    if (secret.line != at.line) continue;
    for (std::size_t i = secret.column - 1; i < line.size() && i < secret.column - 1 + secret.width;
         i++) {
      line[i] = '*';
    }
  }
  return line;
}

std::string Report::render(const Diagnostic& found) const {
  std::string out;
  const Location& at = found.at;
  if (at.source < sources_.size()) {
    out += sources_[at.source].name;
    if (at.line > 0) out += fmt::format(":{}:{}", at.line, at.column);
    out += ": ";
  }
  out += fmt::format("{}: {}\n", name(found.severity), found.message);
  if (at.source >= sources_.size() || at.line == 0) {
    if (!found.hint.empty()) out += fmt::format("{}{}\n", kIndent, found.hint);
    return out;
  }
  std::string line = excerpt(at);
  std::size_t column = std::min<std::size_t>(at.column == 0 ? 0 : at.column - 1, line.size());
  std::string_view shown = line;
  if (line.size() > kMaxExcerpt) {
    std::size_t begin = column > kContextBefore ? column - kContextBefore : 0;
    while (begin > 0 && continues_character(line[begin])) begin--;
    std::size_t end = std::min(line.size(), begin + kMaxExcerpt);
    while (end < line.size() && continues_character(line[end])) end++;
    shown = std::string_view(line).substr(begin, end - begin);
    column -= begin;
  }
  std::string_view marked = shown.substr(column, std::max<std::uint32_t>(1, at.width));
  std::string carets(std::max<std::size_t>(1, characters(marked)), '^');
  out += fmt::format("{}{}\n{}{}{}{}{}\n", kIndent, shown, kIndent, blank(shown.substr(0, column)),
                     carets, found.hint.empty() ? "" : " ", found.hint);
  return out;
}

std::string Report::render() const {
  std::string out;
  for (const Diagnostic& each : sorted()) out += render(each);
  return out;
}

json::Value Report::to_json() const {
  std::vector<json::Value> out;
  for (const Diagnostic& each : sorted()) {
    json::ObjectBuilder object;
    object.set("file", source_name(each.at.source));
    object.set("line", json::Value(static_cast<double>(each.at.line)));
    object.set("column", json::Value(static_cast<double>(each.at.column)));
    object.set("severity", name(each.severity));
    object.set("message", each.message);
    if (!each.hint.empty()) object.set("hint", each.hint);
    out.push_back(object.finish());
  }
  return json::Value::array(std::move(out));
}

}  // namespace vaettir::schema
