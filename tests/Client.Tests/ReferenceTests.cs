using System.Xml.Linq;

namespace MirroredInfluence.Client.Tests;

public sealed class ReferenceTests
{
    /// <summary>A program that talks to a cluster loads neither libtorch nor the engine.</summary>
    [Fact]
    public void TheClient_SeesCoreItsConnectionsAndTheContractsOnly()
    {
        var references = XDocument.Load(Repository.Path("src", "Client", "Client.csproj")).Descendants("ProjectReference").ToArray();
        Assert.All(references, reference => Assert.True(Name(reference) is "Core" or "Connections" or "Grains.Contracts", Name(reference)));
        Assert.Contains(references, reference => Name(reference) == "Core");

        var connections = XDocument.Load(Repository.Path("src", "Connections", "Connections.csproj")).Descendants("ProjectReference");
        Assert.Equal("Core", Name(Assert.Single(connections)));
        var contracts = XDocument.Load(Repository.Path("src", "Grains", "Contracts", "Grains.Contracts.csproj")).Descendants("ProjectReference");
        Assert.All(contracts, reference => Assert.True(Name(reference) is "Core" or "System.IO.Hashing", Name(reference)));
    }

    [Fact]
    public void TheClientsAssembly_LoadsNeitherTheEngineNorTorch() => Assert.DoesNotContain(
        typeof(IMirroredClient).Assembly.GetReferencedAssemblies(),
        assembly => assembly.Name is "MirroredInfluence.Engine" or "MirroredInfluence.Torch" or "MirroredInfluence.Storage" or "MirroredInfluence.Report");

    private static string Name(XElement reference) => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value);
}
