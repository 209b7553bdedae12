#include "base/http/problem.h"

#include "base/core/json.h"
#include "base/core/text.h"
#include "base/http/reason_phrase.h"

namespace vaettir::http {
namespace {

std::uint16_t status_of(const Problem& problem) {
  return problem.status != 0 ? problem.status : facts(problem.cause).status;
}

void member(std::string& out, std::string_view name, std::string_view value) {
  out += ',';
  json::append_quoted(out, name);
  out += ':';
  json::append_quoted(out, value);
}

// Everything between the tags is escaped where it is not ours; styles are inline, because the page
// must also show where a Content-Security-Policy or a dead upstream forbids every other request.
constexpr std::string_view kPageStyle = R"(
:root{color-scheme:light dark;--ink:#1d2330;--soft:#5b6475;--paper:#f6f7f9;--card:#fff;
--line:#dfe3ea;--mark:#b3442f}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaf0;--soft:#9aa3b5;--paper:#14171d;
--card:#1c2028;--line:#2e3440;--mark:#f0866f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;
background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:36rem;padding:2rem;background:var(--card);
border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .75rem;font-size:1.35rem;line-height:1.3}
p{margin:0 0 .75rem}
.status{margin:0 0 .25rem;color:var(--mark);font-weight:600;letter-spacing:.02em}
.remedy{padding:.75rem 1rem;border-left:3px solid var(--mark);background:var(--paper)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1.25rem 0 0;
padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}
)";

void row(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += "<dt>";
  out += name;
  out += "</dt><dd>";
  out += html_escape(value);
  out += "</dd>\n";
}

// "text/html;q=0": the media type without parameters, and whether its weight is above 0.
bool names_html(std::string_view range) {
  const std::size_t semicolon = std::min(range.find(';'), range.size());
  const std::string_view type = trim(range.substr(0, semicolon));
  if (!equal_ignoring_case(type, "text/html") &&
      !equal_ignoring_case(type, "application/xhtml+xml")) {
    return false;
  }
  for (std::string_view parameter : split_list(range.substr(semicolon), ';')) {
    if (!starts_with_ignoring_case(parameter, "q=")) continue;
    return parameter.substr(2).find_first_not_of("0.") != parameter.npos;
  }
  return true;
}

}  // namespace

std::string problem_document(const Problem& problem) {
  const CauseFacts& about = facts(problem.cause);
  const std::uint16_t status = status_of(problem);
  std::string out = "{\"type\":\"urn:vaettir:cause:";
  out += about.name;
  out += '"';
  member(out, "title", reason_phrase(status).empty() ? "Error" : reason_phrase(status));
  out += ",\"status\":";
  out += std::to_string(status);
  const bool particular = problem.trusted && !problem.detail.empty();
  member(out, "detail", particular ? problem.detail : about.sentence);
  member(out, "cause", about.name);
  if (!problem.request_id.empty()) {
    member(out, "instance", "urn:vaettir:request:" + std::string(problem.request_id));
  }
  if (problem.trusted) member(out, "remedy", about.remedy);
  out += "}\n";
  return out;
}

std::string problem_page(const Problem& problem) {
  const CauseFacts& about = facts(problem.cause);
  const std::uint16_t status = status_of(problem);
  const std::string number = std::to_string(status);
  const std::string_view phrase = reason_phrase(status);
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n";
  out += "<meta name=\"robots\" content=\"noindex\">\n<title>";
  out += number;
  out += ' ';
  out += html_escape(phrase);
  out += "</title>\n<style>";
  out += kPageStyle;
  out += "</style>\n</head>\n<body>\n<main>\n<p class=\"status\">";
  out += number;
  out += ' ';
  out += html_escape(phrase);
  out += "</p>\n<h1>";
  out += html_escape(about.sentence);
  out += "</h1>\n";
  if (problem.trusted) {
    if (!problem.detail.empty()) out += "<p>" + html_escape(problem.detail) + "</p>\n";
    out += "<p class=\"remedy\">" + html_escape(about.remedy) + "</p>\n";
  }
  out += "<dl>\n";
  row(out, "Cause", about.name);
  row(out, "Request", problem.request_id);
  out += "</dl>\n</main>\n</body>\n</html>\n";
  return out;
}

std::string proxy_status(Cause cause) {
  const CauseFacts& about = facts(cause);
  return fmt::format("vaettir; error={}; details=\"{}\"", about.proxy_error, about.name);
}

bool wants_html(const Headers& request_headers) {
  for (const Field& field : request_headers.fields()) {
    if (field.id != Name::kAccept) continue;
    for (std::string_view range : split_list(field.value)) {
      if (names_html(range)) return true;
    }
  }
  return false;
}

void render_problem(Exchange& ex, std::string_view request_id, bool trusted) {
  assert(ex.cause() && "only what was refused has a problem");
  Problem problem{*ex.cause(), ex.reply.status, request_id, ex.detail(), trusted};
  const bool html = wants_html(ex.request.headers);
  Headers& headers = ex.reply.headers;
  headers.set(Name::kContentType, html ? "text/html; charset=utf-8" : "application/problem+json");
  headers.set(Name::kProxyStatus, ex.arena().copy(proxy_status(problem.cause)));
  if (!headers.has(Name::kCacheControl)) headers.add(Name::kCacheControl, "no-store");
  ex.reply.body =
      std::make_unique<TextBody>(html ? problem_page(problem) : problem_document(problem));
}

}  // namespace vaettir::http
