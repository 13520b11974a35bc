using CustomRegistrySample;
using Micro.Registry;
using Micro.Registry.Conformance;

namespace Micro.FunctionalTests.Samples;

/// <summary>The sample's registry keeps the rules that all registries keep.</summary>
public sealed class FileRegistryConformanceTests : RegistryConformance, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("micro-file-registry-");

    protected override TimeSpan ShortTtl => TimeSpan.FromSeconds(1);

    protected override Task<IRegistry> CreateAsync() => CreatePeerAsync();

    protected override Task<IRegistry> CreatePeerAsync() => Task.FromResult<IRegistry>(new FileRegistry(_folder.FullName, TimeProvider.System));

    public void Dispose() => _folder.Delete(recursive: true);
}
