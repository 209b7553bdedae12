// What a refused client gets to see: a problem document (RFC 9457), or a small HTML page where
// Accept asks for one, and the Proxy-Status field (RFC 9209). Pure functions. Strangers get cause,
// sentence and request id; remedy and detail (which may name addresses) only who is trusted.
#pragma once
#include <string>
#include <string_view>

#include "base/core/cause.h"
#include "base/http/exchange.h"

namespace vaettir::http {

struct Problem {
  Cause cause = Cause::kInternal;
  std::uint16_t status = 0;     // 0: the cause's
  std::string_view request_id;  // empty: left out
  std::string_view detail;      // what happened in particular; shown when `trusted`
  bool trusted = false;
};

// {"type":"urn:vaettir:cause:connect_refused","title":...,"status":502,"detail":...,"cause":...,
//  "instance":"urn:vaettir:request:<id>","remedy":...}
std::string problem_document(const Problem& problem);
// A page of its own: no external resources, readable in light and dark, everything escaped.
std::string problem_page(const Problem& problem);
// `vaettir; error=connection_refused; details="connect_refused"`.
std::string proxy_status(Cause cause);
// Does Accept name text/html (with a weight above 0)? A wildcard does not count: command-line
// clients and scripts send it.
bool wants_html(const Headers& request_headers);

// Fills ex.reply for ex.cause(): keeps its status and the fields that are already there, adds
// Content-Type, Proxy-Status and Cache-Control: no-store, and the body by wants_html().
void render_problem(Exchange& ex, std::string_view request_id, bool trusted);

}  // namespace vaettir::http
