"""One synthetic WebRTC endpoint, used by tests, bench and Locust: real ICE, DTLS, SRTP and RTCP, looped media."""
