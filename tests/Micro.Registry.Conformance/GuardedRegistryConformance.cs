namespace Micro.Registry.Conformance;

/// <summary>What a registry must do on top when its server can refuse: rule R-REG-12.</summary>
public abstract class GuardedRegistryConformance : NetworkRegistryConformance
{
    /// <summary>Makes a registry whose server refuses every request.</summary>
    protected abstract Task<IRegistry> CreateDeniedAsync();

    [SkippableFact]
    public async Task Register_ServerRefuses_Denied_R_REG_12()
    {
        SkipUnlessAvailable();
        await using var registry = await CreateDeniedAsync();
        var register = () => registry.RegisterAsync(RecordOf(NewName(), "1", "n-1"), new RegisterOptions());

        await register.Should().ThrowAsync<RegistryDeniedException>();
    }
}
