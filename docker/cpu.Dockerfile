# Mirrored Influence for CPUs, with Debian's libtorch and OpenBLAS. From the repository's folder:
#   docker build -f docker/cpu.Dockerfile -t mirrored-influence:0.1.0 .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS sdk
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates cmake g++ libopenblas0 libtorch-dev make \
    && rm -rf /var/lib/apt/lists/*
# .NET's own images stand on other distributions; its files run on this one.
COPY --from=sdk /usr/share/dotnet /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
WORKDIR /source
COPY native native
RUN cmake -S native -B native/build -DCMAKE_BUILD_TYPE=Release \
    && cmake --build native/build --parallel "$(nproc)"
COPY . .
# Without it, what needs Microsoft Orleans would be left out: its packages are not here before they are restored (docs/decisions/0100).
ENV UseOrleans=true
RUN dotnet publish src/Cli -c Release -o /opt/mirrored \
    && dotnet publish src/Silo -c Release -o /opt/silo

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates liblz4-1 libopenblas0 libtorch1.13 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /opt/mirrored /opt/mirrored
COPY --from=build /opt/silo /opt/silo
RUN ln -s /opt/mirrored/mirrored /usr/local/bin/mirrored \
    && ln -s /opt/silo/MirroredInfluence.Silo /usr/local/bin/silo
# Nobody of this number has a home, and the file system may be read-only.
ENV HOME=/tmp DOTNET_EnableDiagnostics=0
USER 10001:10001
ENTRYPOINT ["mirrored"]
