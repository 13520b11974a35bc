using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Micro.Hosting.Web;

/// <summary>Answers a request whose call of a service failed with a problem (RFC 9457).</summary>
internal sealed class MicroExceptionHandler(IProblemDetailsService problems, IHostEnvironment environment) : IExceptionHandler
{
    /// <summary>Returns the error of the call, also from inside the exceptions of HttpClient and of generated gRPC stubs.</summary>
    public static MicroException? Find(Exception exception) => exception switch
    {
        MicroException error => error,
        HttpRequestException { InnerException: MicroException error } => error,
        RpcException { Status.DebugException: MicroException error } => error,
        _ => null,
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (Find(exception) is not { } error)
        {
            return false;
        }

        var problem = HttpProblem.Create(error, environment.IsDevelopment());
        httpContext.Response.StatusCode = problem.Status;
        httpContext.Response.Headers.RetryAfter = problem.RetryAfter;
        var context = new ProblemDetailsContext { HttpContext = httpContext, Exception = exception };
        context.ProblemDetails.Status = problem.Status;
        context.ProblemDetails.Detail = problem.Detail;
        context.ProblemDetails.Extensions["id"] = error.Id;
        context.ProblemDetails.Extensions["code"] = error.Code;

        // A caller that accepts no JSON gets the status alone.
        await problems.TryWriteAsync(context).ConfigureAwait(false);
        return true;
    }
}
