using Micro;
using Micro.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Turns errors of calls into HTTP responses of a web application.</summary>
public static class MicroProblemDetailsExtensions
{
    /// <summary>
    /// Answers a request whose call of a service ended with a <see cref="MicroException"/> with a problem (RFC 9457): the status, the
    /// detail, and the members <c>id</c> and <c>code</c> of the error. The application calls <c>UseExceptionHandler()</c>, which runs it.
    /// 4xx of a service stay as they are, 503 gets <c>Retry-After</c>, a missed deadline is 504, other failures of a service are 502.
    /// Responses from 500 are logged as errors by ASP.NET Core; those below are not.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddMicroProblemDetails(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddProblemDetails();
        services.AddExceptionHandler<MicroExceptionHandler>();
        services.Configure<ExceptionHandlerOptions>(static options =>
        {
            var others = options.SuppressDiagnosticsCallback ?? (static context => context.ExceptionHandledBy == ExceptionHandledType.ExceptionHandlerService);
            options.SuppressDiagnosticsCallback = context =>
                MicroExceptionHandler.Find(context.Exception) is null ? others(context) : context.HttpContext.Response.StatusCode < 500;
        });
        return services;
    }
}
