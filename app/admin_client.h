// The running program, as other commands see it: HTTP over <data>/admin.sock. Blocking: a command
// has nothing else to do meanwhile.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/core/json.h"
#include "base/core/result.h"

namespace vaettir::app {

struct AdminAnswer {
  long status = 0;
  json::Value body;  // undefined where the answer has no JSON
};

// Errors: connect_refused where nothing runs in that data directory, upstream_timeout,
// upstream_bad_response.
Result<AdminAnswer> ask_admin(const std::filesystem::path& data, std::string_view method,
                              std::string_view path, std::string_view json_body = {});

// What a problem document says, for a person: detail, or title; with the remedy where there is one.
std::string problem_text(const AdminAnswer& answer);

}  // namespace vaettir::app
