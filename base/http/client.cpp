#include "base/http/client.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/async/sleep.h"
#include "base/http/fetch_transfer.h"

namespace vaettir::http {

bool is_allowed_by_default(const net::Address& address) {
  return !address.is_link_local() && !address.is_metadata() && !address.is_unspecified();
}

// The multi handle and what joins it to the loop. libcurl's callbacks only note what happened;
// tasks are resumed by the loop, never inside one of them.
struct FetchClient::State final : FetchDriver {
  State(Loop& on, AddressCheck check) : loop(on), allowed(std::move(check)), timer(on) {
    // Safe from several threads since 7.84, and counted.
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    multi = curl_multi_init();
    CHECK(multi != nullptr);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &State::on_socket_change);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &State::on_timer_change);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnections);
  }
  ~State() {
    curl_multi_cleanup(multi);
    curl_global_cleanup();
  }

  // A workflow over ten thousand items must not open as many connections to one host.
  static constexpr long kConnectionsPerHost = 64;
  static constexpr long kIdleConnections = 32;

  // One socket of libcurl's, watched level-triggered.
  struct Watch {
    Watch(State& owner, curl_socket_t fd, short what) : state(owner) {
      event_assign(&event, state.loop.base(), fd, static_cast<short>(what | EV_PERSIST), &on_ready,
                   this);
      event_add(&event, nullptr);
    }
    Watch(const Watch&) = delete;
    ~Watch() { event_del(&event); }
    static void on_ready(evutil_socket_t fd, short what, void* self) {
      const int ready = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                        ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
      static_cast<Watch*>(self)->state.act(fd, ready);
    }
    State& state;
    ::event event;
  };

  static int on_socket_change(CURL*, curl_socket_t fd, int what, void* self, void* watch) {
    State& state = *static_cast<State*>(self);
    delete static_cast<Watch*>(watch);
    Watch* next = nullptr;
    if (what != CURL_POLL_REMOVE) {
      const short events = static_cast<short>(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                                              ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
      next = new Watch(state, fd, events);
    }
    curl_multi_assign(state.multi, fd, next);
    return 0;
  }

  static int on_timer_change(CURLM*, long milliseconds, void* self) {
    State& state = *static_cast<State*>(self);
    if (milliseconds < 0) {
      state.timer.stop();
    } else {
      state.timer.start(std::chrono::milliseconds(milliseconds),
                        [&state] { state.act(CURL_SOCKET_TIMEOUT, 0); });
    }
    return 0;
  }

  void act(curl_socket_t fd, int ready) {
    int running = 0;
    curl_multi_socket_action(multi, fd, ready, &running);
    int queued = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      FetchTransfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      transfer->end(message->data.result);
    }
  }

  // FetchDriver:
  CURLM* handle() override { return multi; }
  bool may_connect(const net::Address& address) override { return allowed(address); }

  Loop& loop;
  AddressCheck allowed;
  Timer timer;
  CURLM* multi = nullptr;
};

FetchClient::FetchClient(Loop& loop, AddressCheck allowed)
    : state_(std::make_unique<State>(loop, std::move(allowed))) {}

FetchClient::~FetchClient() = default;

Task<Result<FetchResult>> FetchClient::fetch(FetchRequest request) {
  const auto transfer = std::make_unique<FetchTransfer>(*state_, state_->loop, std::move(request));
  CO_TRY_OK(transfer->start());
  co_await transfer->ended().wait();
  co_return transfer->take();
}

}  // namespace vaettir::http
