// ServerKit: an H1Server on a loop of its own, with a function as its root service.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/async/scope.h"
#include "base/http/h1_server.h"
#include "tests/unit/base/http/wire.h"

namespace vaettir::http {

struct FixedClock final : WallClockSource {
  WallTime now() override { return WallTime(std::chrono::seconds(1'795'576'298)); }
};

// Root services are named functions: the coroutine must not capture.
using Serve = std::function<Task<void>(Exchange&)>;
struct FunctionService final : Service {
  explicit FunctionService(Serve function) : serve_it(std::move(function)) {}
  Task<void> serve(Exchange& ex) override { return serve_it(ex); }
  Serve serve_it;
};

class ServerKit {
 public:
  explicit ServerKit(Serve serve, H1Server::Options options = {})
      : service(std::move(serve)), server(loop, service, clock, std::move(options)) {}

  // A new connection; the task owns its stream.
  std::unique_ptr<Wire> connect() {
    auto wire = std::make_unique<Wire>(loop, Side::kClient);
    connections.spawn(run(server, wire->take_stream()));
    return wire;
  }
  bool all_closed() {
    return pump(loop, [this] { return connections.empty(); });
  }

  Loop loop{"test"};
  FixedClock clock;
  FunctionService service;
  H1Server server;
  Scope connections;

 private:
  static Task<void> run(H1Server& server, std::unique_ptr<net::Stream> stream) {
    co_await server.serve(*stream, Client{});
  }
};

// Reads the whole content and answers "METHOD target host=... body=N"; refusals pass.
inline Task<void> echo(Exchange& ex) {
  if (!ex.answered()) {
    auto content = co_await read_all(*ex.body, 1 << 20);
    if (content) {
      ex.answer(200, "text/plain",
                fmt::format("{} {} host={} body={}", ex.request.method, ex.request.target,
                            ex.request.host, content->size()));
    } else {
      ex.refuse(std::move(content).error());
    }
  }
  (void)co_await ex.send();
}

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

inline std::string request(std::string_view start, std::string_view fields = "",
                           std::string_view body = "") {
  return fmt::format("{}\r\nHost: a.test\r\n{}\r\n{}", start, fields, body);
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

inline Answer ask(ServerKit& kit, Wire& wire, std::string_view bytes, bool to_head = false) {
  wire.send(bytes);
  std::vector<Answer> answers;
  wire.receive_until([&](const std::string& all) {
    answers = answers_in(all, nullptr, to_head);
    return !answers.empty() || wire.ended();
  });
  settle(kit.loop);
  return answers.empty() ? Answer{} : answers[0];
}

}  // namespace vaettir::http
