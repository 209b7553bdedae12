// HttpCall: one request of a workflow to a target (in process, through http::Directory) or to any
// other host (through http::FetchClient), redirects included, so that both behave alike. On the
// execution's loop; destroying the task cancels the request.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "engine/nodes/context.h"
#include "engine/nodes/http/url.h"

namespace vaettir::engine {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
  std::string method = "GET";
  Url url;
  HeaderList headers;
  std::string body;
  bool has_body = false;
  Duration timeout = std::chrono::seconds(300);  // n8n's; for the whole call with its redirects
  bool follow_redirects = true;
  int max_redirects = 21;  // n8n's
  // Authorization and Cookie go along to another origin, as n8n does below version 4.4. Never from
  // https to http.
  bool keep_credentials = true;
  bool verify_tls = true;
  std::string proxy;
};

struct HttpAnswer {
  int status = 0;
  std::string reason;
  HeaderList headers;
  std::string body;
  Url url;  // that answered
};

// Any status is an answer. Errors: those of http::FetchClient, what the target refused with
// (connect_refused ...), upstream_timeout, upstream_bad_response for too many redirects. The text
// names the address without secrets.
Task<Result<HttpAnswer>> send_call(const NodeServices& services, HttpCall call);

// The first header of that name, without case; empty without.
std::string_view header_of(const HeaderList& headers, std::string_view name);

}  // namespace vaettir::engine
