pub fn log_normal(y: f64, mu: f64, sigma: f64) -> f64 {
    -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5 * (2.0 * PI).ln()
}
///[`log_normal`] and its gradient by `y`, `mu`, `sigma`.
#[allow(
    unused,
    unused_qualifications,
    unreachable_pub,
    trivial_numeric_casts,
    non_snake_case,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub fn log_normal_gradient(y: f64, mu: f64, sigma: f64) -> (f64, [f64; 3]) {
    let _ = log_normal;
    let t1 = (y - mu) / sigma;
    let d_mu = t1 / sigma;
    let d_y = -d_mu;
    let d_sigma = d_mu * t1 - 1f64 / sigma;
    (-0.5f64 * (t1 * t1) - sigma.ln() - 0.5f64 * (2f64 * PI).ln(), [d_y, d_mu, d_sigma])
}
///[`log_normal`], its gradient and its Hessian by `y`, `mu`, `sigma`.
#[allow(
    unused,
    unused_qualifications,
    unreachable_pub,
    trivial_numeric_casts,
    non_snake_case,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub fn log_normal_hessian(
    y: f64,
    mu: f64,
    sigma: f64,
) -> (f64, [f64; 3], [[f64; 3]; 3]) {
    let t1 = (y - mu) / sigma;
    let t2 = 1f64 / sigma;
    let d_mu = t1 / sigma;
    let d_y = -d_mu;
    let d_sigma = d_mu * t1 - t2;
    let t3 = d_mu / sigma;
    let d_y_d_mu = t2 / sigma;
    let d_y_d_y = -d_y_d_mu;
    let t4 = t1 * d_y_d_mu;
    let d_y_d_sigma = t4 + t3;
    let d_mu_d_sigma = -t4 - t3;
    let d_sigma_d_sigma = -(t1 * (2f64 * t3)) - d_mu * d_mu + d_y_d_mu;
    (
        -0.5f64 * (t1 * t1) - sigma.ln() - 0.5f64 * (2f64 * PI).ln(),
        [d_y, d_mu, d_sigma],
        [
            [d_y_d_y, d_y_d_mu, d_y_d_sigma],
            [d_y_d_mu, d_y_d_y, d_mu_d_sigma],
            [d_y_d_sigma, d_mu_d_sigma, d_sigma_d_sigma],
        ],
    )
}
/**The evaluation trace of [`log_normal`], with the numbers and the derivative of the result by every row.

| var | value | partials |
|---|---|---|
| v₁ | y |  |
| v₂ | mu |  |
| v₃ | sigma |  |
| v₄ | v₁ − v₂ | ∂v₄/∂v₁ = 1<br>∂v₄/∂v₂ = −1 |
| v₅ | v₄ / v₃ | ∂v₅/∂v₄ = 1 / v₃<br>∂v₅/∂v₃ = −v₄ v₃⁻² |
| v₆ | v₅² | ∂v₆/∂v₅ = 2 v₅ |
| v₇ | (−0.5) v₆ | ∂v₇/∂v₆ = −0.5 |
| v₈ | ln(v₃) | ∂v₈/∂v₃ = 1 / v₃ |
| v₉ | v₇ − v₈ | ∂v₉/∂v₇ = 1<br>∂v₉/∂v₈ = −1 |
| v₁₀ | v₉ − 0.5 ln(2 π) | ∂v₁₀/∂v₉ = 1 |
*/
#[allow(
    unused,
    unused_qualifications,
    unreachable_pub,
    trivial_numeric_casts,
    non_snake_case,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub fn log_normal_trace(y: f64, mu: f64, sigma: f64) -> ::unrolled::__private::Trace {
    let v4 = y - mu;
    let v5 = v4 / sigma;
    let v6 = v5.powi(2);
    let v7 = -0.5f64 * v6;
    let v8 = sigma.ln();
    let v9 = v7 - v8;
    let v10 = v9 - 0.5f64 * (2f64 * PI).ln();
    let t1 = 1f64 / sigma;
    let adjoint_v2 = v5 / sigma;
    let adjoint_v4 = -adjoint_v2;
    let adjoint_v5 = -v5;
    let adjoint_v3 = adjoint_v2 * v5 - t1;
    ::unrolled::__private::Trace::new([
        ::unrolled::__private::TraceRow::new("v₁", "y", y, adjoint_v4, &[]),
        ::unrolled::__private::TraceRow::new("v₂", "mu", mu, adjoint_v2, &[]),
        ::unrolled::__private::TraceRow::new("v₃", "sigma", sigma, adjoint_v3, &[]),
        ::unrolled::__private::TraceRow::new(
            "v₄",
            "v₁ − v₂",
            v4,
            adjoint_v4,
            &[(0, "1", 1f64), (1, "−1", -1f64)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₅",
            "v₄ / v₃",
            v5,
            adjoint_v5,
            &[(3, "1 / v₃", t1), (2, "−v₄ v₃⁻²", adjoint_v4)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₆",
            "v₅²",
            v6,
            -0.5f64,
            &[(4, "2 v₅", 2f64 * v5)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₇",
            "(−0.5) v₆",
            v7,
            1f64,
            &[(5, "−0.5", -0.5f64)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₈",
            "ln(v₃)",
            v8,
            -1f64,
            &[(2, "1 / v₃", t1)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₉",
            "v₇ − v₈",
            v9,
            1f64,
            &[(6, "1", 1f64), (7, "−1", -1f64)],
        ),
        ::unrolled::__private::TraceRow::new(
            "v₁₀",
            "v₉ − 0.5 ln(2 π)",
            v10,
            1f64,
            &[(8, "1", 1f64)],
        ),
    ])
}
