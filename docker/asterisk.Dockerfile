# Asterisk with the configuration of docker/asterisk, filled from variables when it starts.
#   docker build -f docker/asterisk.Dockerfile -t waxtaan-asterisk .
# Of Debian's suites only unstable has an Asterisk with chan_websocket's JSON (22.8). Unstable moves:
# keep the image that you have tested.
FROM debian:sid-slim
RUN useradd --uid 10002 --no-create-home --home-dir /var/lib/asterisk asterisk \
    && apt-get update \
    && apt-get install -y --no-install-recommends asterisk asterisk-moh-opsound-wav \
    && rm -rf /var/lib/apt/lists/* /etc/asterisk/* \
    && dpkg --compare-versions "$(dpkg-query -W -f '${source:Upstream-Version}' asterisk)" ge 22.8 \
    && install -d -o asterisk -g asterisk -m 700 /etc/asterisk \
    && install -d -o asterisk -g asterisk /run/asterisk /var/lib/asterisk /var/log/asterisk \
        /var/spool/asterisk /var/spool/asterisk/recording
COPY docker/asterisk /usr/share/waxtaan/asterisk
# What Asterisk asks for and we leave as it is.
RUN for name in ccss cdr cel features pjproject udptl; do \
        echo "[general]" >"/usr/share/waxtaan/asterisk/$name.conf"; \
    done \
    && echo "[options]" >/usr/share/waxtaan/asterisk/asterisk.conf \
    && touch /usr/share/waxtaan/asterisk/acl.conf
# TRUNK_ADDRESS, TRUNK_FROM, PUBLIC_ADDRESS, PEOPLE and the passwords have no default.
ENV SIP_ADDRESS=0.0.0.0 \
    ARI_ADDRESS=0.0.0.0 \
    RTP_FIRST=20000 \
    RTP_LAST=20199 \
    TRUNK_BY=udp \
    PHONES_BY=udp \
    TLS_KEYS=/keys \
    AGENT_HOST=waxtaan
USER 10002
WORKDIR /var/lib/asterisk
VOLUME ["/var/lib/asterisk", "/var/spool/asterisk"]
EXPOSE 5060/udp 5061/tcp 20000-20199/udp
HEALTHCHECK --start-period=20s --interval=10s --timeout=3s \
    CMD ["sh", "-c", "asterisk -rx 'pjsip show endpoint trunk' | grep -q '^ Endpoint: *trunk '"]
ENTRYPOINT ["/usr/share/waxtaan/asterisk/start.sh"]
