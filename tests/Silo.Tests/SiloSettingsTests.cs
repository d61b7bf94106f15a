using Microsoft.Extensions.Configuration;

namespace MirroredInfluence.Silo.Tests;

public sealed class SiloSettingsTests
{
    [Fact]
    public void Compute_IsThatOfASpec()
    {
        var compute = Read("Ledger=/runs", "Compute:Device=cuda:1", "compute:threadsPerLane=2").ToCompute();
        Assert.Equal(new ComputeSpec { Device = "cuda:1", ThreadsPerLane = 2 }, compute);
    }

    [Fact]
    public void WhatIsGiven_IsKept_AndWhatIsEmptyIsTheDefault()
    {
        var settings = Read("Ledger=/runs", "clustering=redis", "ConnectionString=host", "Address=10.0.0.1", "AllowPlaintext=True", "SiloPort=1", "FirstSiloPort=", "BeatSeconds=0.5");
        var expected = new SiloSettings
        {
            Ledger = "/runs",
            Clustering = ClusteringKind.Redis,
            ConnectionString = "host",
            Address = "10.0.0.1",
            AllowPlaintext = true,
            SiloPort = 1,
            FirstSiloPort = null,
            BeatSeconds = 0.5,
        };
        Assert.Equal(expected, settings);
    }

    [Fact]
    public void ASiloWithoutLanes_ComputesNothing() => Assert.Null(Read("Ledger=/runs", "HasLanes=false").ToCompute());

    [Fact]
    public void ADeviceThatIsNotThere_IsRefusedByItsSetting()
    {
        Read("Ledger=/runs", "Compute:Device=cuda:99", "HasLanes=false").CheckDevices();
        var refused = Assert.Throws<MirroredException>(() => Read("Ledger=/runs", "Compute:Device=cuda:99").CheckDevices());
        Assert.StartsWith("Silo:Compute:Device: found 'cuda:99', but libtorch finds no such GPU; expected one of cpu", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Silo:Ledger: found nothing; expected a folder or store that all silos reach, such as --Silo:Ledger /shared/cluster (or the variable Silo__Ledger). See --help.")]
    [InlineData("Ledger=x Compute:Device=tpu", "Silo:Compute:Device: found \"tpu\"; expected cpu, cuda or cuda:<index>.")]
    [InlineData("Ledger=x Compute:Lanes=0", "Silo:Compute:Lanes: found 0; expected a whole number from 1 to 1024.")]
    [InlineData("Ledger=x Compute:Lane=1", "Silo:Compute:Lane: unknown setting; expected one of Device, Lanes, ThreadsPerLane, Cache, CacheGigabytes; did you mean Lanes?")]
    [InlineData("Ledger=x Compute:ShardRows=1", "Silo:Compute:ShardRows: unknown setting; expected one of Device, Lanes, ThreadsPerLane, Cache, CacheGigabytes.")]
    [InlineData("Ledger=x SiloPort=0", "Silo:SiloPort: found '0'; expected a whole number from 1 to 65535.")]
    [InlineData("Ledger=x SiloPort=abc", "Silo:SiloPort: found 'abc'; expected a whole number from 1 to 65535.")]
    [InlineData("Ledger=x GatewayPort=30000.5", "Silo:GatewayPort: found '30000.5'; expected a whole number from 1 to 65535.")]
    [InlineData("Ledger=x FirstSiloPort=70000", "Silo:FirstSiloPort: found '70000'; expected a whole number from 1 to 65535.")]
    [InlineData("Ledger=x SiloPort=7 GatewayPort=7", "Silo:GatewayPort: found '7'; expected another port than Silo:SiloPort.")]
    [InlineData("Ledger=x HealthPort=30000", "Silo:HealthPort: found '30000'; expected another port than Silo:SiloPort and Silo:GatewayPort.")]
    [InlineData("Ledger=x HasLanes=yes", "Silo:HasLanes: found 'yes'; expected true or false.")]
    [InlineData("Ledger=x Clustering=Postgres", "Silo:Clustering: found 'Postgres'; expected one of Localhost, PostgreSql, Redis; did you mean PostgreSql?")]
    [InlineData("Ledger=x Clustering=1", "Silo:Clustering: found '1'; expected one of Localhost, PostgreSql, Redis.")]
    [InlineData("Ledger=x ProbeSeconds=00:00:05", "Silo:ProbeSeconds: found '00:00:05'; expected a number from 0.5 to 60.")]
    [InlineData("Ledger=x BeatSeconds=2s", "Silo:BeatSeconds: found '2s'; expected a number from 0.1 to 60.")]
    [InlineData("Ledger=x Compute=cpu", "Silo:Compute: found a value of its own; expected one of Silo:Compute:Device, Silo:Compute:Lanes, Silo:Compute:ThreadsPerLane, Silo:Compute:Cache, Silo:Compute:CacheGigabytes.")]
    [InlineData("Ledger=x BeatSeconds=0", "Silo:BeatSeconds: found '0'; expected a number from 0.1 to 60.")]
    [InlineData("Ledger=x Address=here", "Silo:Address: found 'here'; expected an IP address.")]
    [InlineData("Ledger=x Clustering=PostgreSql", "Silo:ConnectionString: found nothing; expected the connection string of the membership database.")]
    [InlineData("Ledger=x Clustering=PostgreSql ConnectionString=Host=db AllowPlaintext=true", "Silo:Address: found nothing; expected the address at which other silos reach this one.")]
    [InlineData(
        "Ledger=x Clustering=PostgreSql ConnectionString=Host=db Address=10.0.0.1",
        "Silo:Tls: found nothing; expected certificates, or Silo:AllowPlaintext=true where nobody else reaches the silos' ports.")]
    [InlineData("Ledger=x Tls:Certificate=a", "Silo:Tls:Key: found nothing; expected the file of the certificate's private key.")]
    [InlineData("Ledger=x Tls:Certificate=a Tls:Key=b", "Silo:Tls:Authority: found nothing; expected the file of the authority that signs silos.")]
    [InlineData("Ledger=x Tls:Certificate=a Tls:Key=b Tls:Authority=c", "Silo:Tls:ClientAuthority: found nothing; expected the file of the authority that signs clients.")]
    [InlineData("Ledger=x Tls:Certificate=a Tls:Key=b Tls:Authority=c Tls:ClientAuthority=d AllowPlaintext=true", "Silo:AllowPlaintext: found true; expected false beside Silo:Tls.")]
    [InlineData("Ledger=x Tls:Keys=b", "Silo:Tls:Keys: unknown setting; expected one of Certificate, Key, Authority, ClientAuthority; did you mean Key?")]
    public void WhatMakesNoSense_IsRefusedByName(string settings, string message)
    {
        var refused = Assert.Throws<MirroredException>(() => Read(settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal((FailureKind.Invalid, message), (refused.Kind, refused.Message));
    }

    [Fact]
    public void AnUnknownSetting_IsRefusedWithTheNearest()
    {
        var refused = Assert.Throws<MirroredException>(() => Read("Ledgr=x"));
        Assert.StartsWith("Silo:Ledgr: unknown setting; expected one of Ledger, ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; did you mean Ledger?", refused.Message, StringComparison.Ordinal);
    }

    private static SiloSettings Read(params string[] settings) => SiloSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create($"Silo:{pair[0]}", (string?)pair[1]))).Build());
}
