namespace Micro.Generators.Calls;

#pragma warning disable MICRO014 // what happens then is tested

/// <summary>Its JSON context does not know its messages.</summary>
[MicroContract(Service = RunningService.Name, JsonContext = typeof(NumbersJson))]
internal interface IUnlisted
{
    Task<Unlisted> SendAsync(Number request, CancellationToken cancellationToken = default);
}
