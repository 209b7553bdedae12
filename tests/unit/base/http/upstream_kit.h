// Upstream: one exchange at a time on a ClientConnection whose other end the test plays.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/http/h1_client.h"
#include "tests/unit/base/http/wire.h"

namespace vaettir::http {

struct Outcome {
  std::optional<Result<std::string>> content;  // or the error
  int status = 0;
  std::string fields;
  std::string trailers;
  std::vector<int> interims;
};

struct Upstream {
  explicit Upstream(Limits with = {}) : limits(with), wire(loop, Side::kUpstream) {
    connection = std::make_unique<ClientConnection>(loop, wire.take_stream(), limits);
    headers.add("Host", "origin.test");
  }

  void begin(std::string_view method = "GET", Body* body = nullptr, std::string_view upgrade = "",
             Duration head_timeout = {}) {
    outcome = {};
    connection->rest();
    task = run(*this, UpstreamRequest{method, "/x?y", &headers, body, upgrade, head_timeout});
  }
  bool ended() {
    return pump(loop, [this] { return task.done(); });
  }
  std::string error() {
    if (!ended() || !outcome.content || outcome.content->has_value()) return "no error";
    const Error& failed = outcome.content->error();
    return fmt::format("{}: {}", facts(failed.cause()).name, failed.text());
  }
  std::string content() {
    if (!ended() || !outcome.content) return "not ended";
    return *outcome.content ? **outcome.content
                            : fmt::format("error: {}", outcome.content->error().text());
  }

  static Task<void> run(Upstream& self, UpstreamRequest request) {
    auto response = co_await self.connection->send(
        request, self.arena,
        [&self](std::uint16_t status, const Headers&) { self.outcome.interims.push_back(status); });
    if (!response) {
      self.outcome.content = std::unexpected(std::move(response).error());
      co_return;
    }
    self.outcome.status = (*response)->status;
    for (const Field& field : (*response)->headers.fields()) {
      self.outcome.fields += fmt::format("{}: {}\n", field.name, field.value);
    }
    self.outcome.content = co_await read_all(self.connection->body(), 64 * 1024 * 1024);
    if (const Headers* trailers = self.connection->body().trailers()) {
      for (const Field& field : trailers->fields()) self.outcome.trailers += field.name;
    }
  }

  Loop loop{"test"};
  Limits limits;
  Wire wire;
  std::unique_ptr<ClientConnection> connection;
  Arena arena;
  Headers headers;
  Outcome outcome;
  Task<void> task;
};

}  // namespace vaettir::http
