#include "gateway/targets/offline_page.h"

#include "base/core/text.h"
#include "base/http/problem.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

using http::Name;

// Long enough not to be a load, short enough that whoever restarts a service need not reload.
constexpr int kRepeatSeconds = 5;

// Everything the page needs is in it: the service that would serve a style sheet is down.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1f2430;--soft:#5d6678;--paper:#f5f6f8;--card:#fff;--line:#dde1e8;--mark:#2f6f8f}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf1;--soft:#97a1b4;--paper:#12151b;--card:#1a1e26;--line:#2c323d;--mark:#6fb6d6}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
main{width:100%;max-width:34rem;padding:2.25rem;background:var(--card);border:1px solid var(--line);border-radius:.9rem;text-align:center}
svg{width:3.5rem;height:3.5rem;margin-bottom:.5rem;color:var(--mark)}
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.3;overflow-wrap:anywhere}
p{margin:0 0 .75rem;color:var(--soft)}
.remedy{padding:.75rem 1rem;border-radius:.5rem;background:var(--paper);color:var(--ink);text-align:left;overflow-wrap:anywhere}
small{display:block;margin-top:1.25rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-family:ui-monospace,monospace;overflow-wrap:anywhere}
)";
constexpr std::string_view kPicture =
    R"(<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" aria-hidden="true"><path d="M6 24h9m18 0h9M20 18v12a6 6 0 0 0 6-6 6 6 0 0 0-6-6zm13 6a6 6 0 0 0-6-6v3m0 6v3"/></svg>)";

const routes::Target* target_of(const Exchange& ex) {
  if (ex.route == nullptr || !ex.route->service) return nullptr;
  const routes::RouteTable& table = ex.plan().table();
  const auto* id = std::get_if<routes::TargetId>(&table[*ex.route->service].what);
  return id != nullptr ? &table[*id] : nullptr;
}

}  // namespace

bool render_offline_page(Exchange& ex, bool trusted) {
  const routes::Target* target = target_of(ex);
  const Cause cause = *ex.inner().cause();
  if (target == nullptr || facts(cause).side != Side::kUpstream) return false;
  if (!http::wants_html(ex.request().headers)) return false;
  const OfflineFacts told{.target = target->name,
                          .cause = cause,
                          .request_id = ex.request_id(),
                          .detail = ex.inner().detail(),
                          .trusted = trusted,
                          .may_repeat = ex.request().method == "GET"};
  const std::string* own = ex.plan().offline_page(target->name);
  http::Headers& headers = ex.reply().headers;
  headers.set(Name::kContentType, "text/html; charset=utf-8");
  headers.set(Name::kProxyStatus, ex.arena().copy(http::proxy_status(cause)));
  headers.set(Name::kCacheControl, "no-store");
  ex.reply().body = std::make_unique<http::TextBody>(own != nullptr ? filled_in(*own, told)
                                                                    : built_in_offline_page(told));
  return true;
}

std::string built_in_offline_page(const OfflineFacts& told) {
  const CauseFacts& about = facts(told.cause);
  const std::string name = html_escape(told.target);
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n";
  out += "<meta name=\"robots\" content=\"noindex\">\n";
  if (told.may_repeat) {
    out += fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", kRepeatSeconds);
  }
  out += fmt::format("<title>{} is not reachable</title>\n<style>{}</style>\n</head>\n<body>\n",
                     name, kStyle);
  out += fmt::format("<main>\n{}\n<h1>{} is not reachable right now</h1>\n", kPicture, name);
  out += fmt::format("<p>{}</p>\n", html_escape(about.sentence));
  if (told.may_repeat) out += "<p>This page looks again by itself every few seconds.</p>\n";
  if (told.trusted) {
    out += fmt::format("<p class=\"remedy\">{}</p>\n", html_escape(about.remedy));
    if (!told.detail.empty()) {
      out += fmt::format("<p class=\"remedy\">{}</p>\n", html_escape(told.detail));
    }
  }
  out += fmt::format("<small>{} &middot; request {}</small>\n</main>\n</body>\n</html>\n",
                     about.name, html_escape(told.request_id));
  return out;
}

std::string filled_in(std::string_view page, const OfflineFacts& told) {
  const CauseFacts& about = facts(told.cause);
  const std::pair<std::string_view, std::string_view> known[] = {
      {"${VAETTIR_TARGET}", told.target},
      {"${VAETTIR_CAUSE}", about.name},
      {"${VAETTIR_SENTENCE}", about.sentence},
      {"${VAETTIR_REQUEST_ID}", told.request_id},
  };
  std::string out;
  out.reserve(page.size());
  while (!page.empty()) {
    const std::size_t dollar = std::min(page.find("${VAETTIR_"), page.size());
    out += page.substr(0, dollar);
    page.remove_prefix(dollar);
    if (page.empty()) break;
    const auto* found =
        std::ranges::find_if(known, [&](const auto& each) { return page.starts_with(each.first); });
    const bool is_known = found != std::end(known);
    out += is_known ? html_escape(found->second) : std::string(page.substr(0, 1));
    page.remove_prefix(is_known ? found->first.size() : 1);
  }
  return out;
}

}  // namespace vaettir::gateway
